import RolloutCore
import RolloutSystem
import Synchronization

/// What one reader remembers of an app's statuses, for a look every few seconds at very many of them.
///
/// It decodes only what has changed. And it reads for a limited time: what there was no time for stands as it was read before, and comes
/// first the next time. So a look at ten thousand hosts over a slow mount takes several rounds, and each is short.
package final class StatusCache: Sendable {
    struct Known: Sendable {
        /// Of the bytes that the report is made of.
        var content: Digest
        var report: HostReport
        /// The look in which it was read last, and when that was.
        var look: UInt64
        var readAt: Instant

        /// For a look in which there was no time for it. That it is not read is no silence of the host.
        var asRead: HostReport {
            var report = report
            report.seen = readAt
            return report
        }
    }

    struct Memory: Sendable {
        var look: UInt64 = 0
        var known: [String: Known] = [:]
    }

    /// Read in every look, however long that takes.
    static let leastReads = 50

    let memory = Mutex(Memory())
    let budget: Duration
    let clock: any HostClock

    /// Far below the lease of whoever looks.
    package static let budget: Duration = .seconds(2)

    /// - Parameter budget: how long one look may read.
    package init(budget: Duration = StatusCache.budget, clock: any HostClock) {
        self.budget = budget
        self.clock = clock
    }
}

extension StatusBoard {
    /// As `reports(at:)`, by way of what the reader remembers. For one thread at a time.
    package func reports(at now: Instant, remembering cache: StatusCache) throws(StoreError) -> [HostReport] {
        let names = try names()
        let before = cache.memory.withLock { $0 }
        let look = before.look + 1
        let end = cache.clock.uptimeNanoseconds + UInt64(cache.budget / .nanoseconds(1))
        var known: [String: StatusCache.Known] = [:]
        var reports: [HostReport] = []
        let order = names.map { (look: before.known[$0]?.look ?? 0, name: $0) }.sorted { $0 < $1 }
        for (index, (_, name)) in order.enumerated() {
            let last = before.known[name]
            if index >= StatusCache.leastReads, cache.clock.uptimeNanoseconds > end {
                if let last {
                    known[name] = last
                    reports.append(last.asRead)
                } else if let report = unreadable(name, "It was not read yet.", at: now) {
                    reports.append(report)
                }
                continue
            }
            do throws(StoreError) {
                guard let payload = try file(name).payload(in: fileSystem) else { continue }
                let content = Digest(of: payload)
                let same = last.flatMap { $0.content == content ? $0.report : nil }
                let report = if let same { same } else { try decode(payload, name).report }
                known[name] = StatusCache.Known(content: content, report: report, look: look, readAt: now)
                reports.append(report)
            } catch {
                if let report = unreadable(name, error.reason, at: now) { reports.append(report) }
            }
        }
        let memory = StatusCache.Memory(look: look, known: known)
        cache.memory.withLock { $0 = memory }
        return reports.sorted { $0.host < $1.host }
    }
}
