/// Where a fleet coordinates: a log that each number is written to once, statuses, and a lease. The volume is one such place.
///
/// Calls block; use them on a thread meant for that.
package protocol Coordination {
    /// The newest record, accepted as a host would; `nil` for a log without records.
    func head() throws(CoordinationError) -> AcceptedHead?
    /// Writes `change` as the record after `head`, if there is no such record yet.
    func append(_ change: Change, after head: AcceptedHead, message: String) throws(CoordinationError) -> AppendOutcome
    /// What every host says about itself. One that cannot be read is among them, as such.
    func statuses() throws(CoordinationError) -> [HostReport]
    func lease() throws(CoordinationError) -> CoordinatorLease?
    /// Takes or renews the lease without asking who has it.
    func setLease(_ lease: CoordinatorLease) throws(CoordinationError)
}

/// How an attempt to append ended.
package enum AppendOutcome: Hashable, Sendable {
    /// This record was written.
    case appended(UInt64)
    /// Somebody else has written a record after that head. Nothing was written.
    case superseded
}

/// Why the place did not do as it was asked. After any of these a record may have been written or not: look again.
package struct CoordinationError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
