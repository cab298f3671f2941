/// The last report of each host that could be read, so that one torn read says nothing. What is remembered ages like any other report: a
/// host whose status stays unreadable falls silent.
///
/// Of a host that it has not read lately a coordinator knows nothing, and gives it the benefit of the doubt for as long.
package struct ReportMemory: Sendable {
    private var known: [HostID: (report: HostReport, readAt: Instant)] = [:]
    private var unreadableSince: [HostID: Instant] = [:]
    private var looks: (first: Instant, last: Instant)?
    private let longestGap: Duration

    /// Longer than this between two looks, and whoever looks may have missed what hosts tried to say.
    package static let longestGap: Duration = .seconds(30)

    /// - Parameter longestGap: only tests give another one.
    package init(longestGap: Duration = Self.longestGap) { self.longestGap = longestGap }

    /// For how long it has looked without a gap: the place was there all the time, so a host that had something to say has said it.
    package var watched: Duration { looks.map { $0.last - $0.first } ?? .zero }

    /// Puts what is remembered in the place of what could not be read.
    package mutating func complete(_ reports: [HostReport], at now: Instant) -> [HostReport] {
        let before = self
        self = ReportMemory(longestGap: longestGap)
        let isUnbroken = before.looks.map { $0.last <= now && now - $0.last <= longestGap } ?? false
        looks = (isUnbroken ? before.looks?.first ?? now : now, now)
        return reports.map { report in
            if report.unreadable == nil {
                known[report.host] = (report, now)
                return report
            }
            // What was read long ago may be about another rollout.
            if let last = before.known[report.host], now - last.readAt <= HostReport.freshness {
                known[report.host] = last
                return last.report
            }
            var report = report
            report.updated = before.unreadableSince[report.host] ?? report.updated
            unreadableSince[report.host] = report.updated
            return report
        }
    }
}
