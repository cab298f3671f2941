/// The last report of each host that could be read, so that one torn read says nothing. What is remembered ages like any other report: a
/// host whose status stays unreadable falls silent.
///
/// A coordinator that has just begun remembers nothing, and gives every host that it cannot read the benefit of the doubt for as long.
package struct ReportMemory: Sendable {
    private var known: [HostID: HostReport] = [:]
    private var unreadableSince: [HostID: Instant] = [:]

    package init() {}

    /// Puts what is remembered in the place of what could not be read.
    package mutating func complete(_ reports: [HostReport]) -> [HostReport] {
        var (known, unreadableSince): ([HostID: HostReport], [HostID: Instant]) = ([:], [:])
        var result: [HostReport] = []
        for var report in reports {
            if report.unreadable == nil {
                known[report.host] = report
            } else if let last = self.known[report.host] {
                // Once, however many channels it is reported for.
                guard known.updateValue(last, forKey: report.host) == nil else { continue }
                report = last
            } else {
                report.updated = self.unreadableSince[report.host] ?? report.updated
                unreadableSince[report.host] = report.updated
            }
            result.append(report)
        }
        (self.known, self.unreadableSince) = (known, unreadableSince)
        return result
    }
}
