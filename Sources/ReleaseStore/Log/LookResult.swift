import RolloutCore

/// What a look at the log found. What was accepted stands, whatever else went wrong.
package struct LookResult: Hashable, Sendable {
    /// The newest record this host has accepted, this look included. Save it before acting on it.
    package var accepted: AcceptedHead?
    /// Accepted in this look, oldest first. A host that begins anew accepts the newest without the ones before.
    package var records: [Record] = []
    /// The newest record on the volume; `nil` when that could not be found out.
    package var newest: UInt64?
    /// Why the next record, or the volume, is not followed.
    package var refusal: TrustRefusal?
    /// Why the volume could not be read. Says nothing about the log.
    package var failure: StoreError?
    /// More records than one look takes: look again at once.
    package var isBehind = false

    /// Whether this host has accepted everything there is.
    package var isCurrent: Bool { refusal == nil && failure == nil && !isBehind }
}
