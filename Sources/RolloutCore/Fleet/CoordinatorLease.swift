/// Who coordinates just now. It only saves the others the work: two who both believe to hold it do no harm, since a record's number is
/// taken once.
package struct CoordinatorLease: Codable, Hashable, Sendable {
    package var holder: HostID
    package var until: Instant

    package init(holder: HostID, until: Instant) {
        self.holder = holder
        self.until = until
    }

    /// How long a lease lasts without being renewed.
    package static let duration: Duration = .seconds(15)

    /// Whether `host` may take the lease that `current` is now: it is free, its own, over, or nobody can have written it in earnest.
    package static func isFree(_ current: CoordinatorLease?, for host: HostID, at now: Instant) -> Bool {
        guard let current else { return true }
        let longest = duration + HostReport.clockTolerance
        return current.holder == host || current.until <= now || current.until > now + longest
    }
}
