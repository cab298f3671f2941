import RolloutCore

/// What one source says of this host.
struct HostAccount: Hashable, Sendable {
    var id: HostID
    var labels: [String: String]
    /// From where, in words that follow a colon.
    var detail: String
    /// What could not be had although the host is known; `nil` when all is well.
    var complaint: String?
}

/// Why a source says nothing.
struct NoAccount: Error, Hashable, Sendable {
    var outcome: HostFinding.Outcome
    var reason: String

    static func absent(_ reason: String) -> NoAccount { NoAccount(outcome: .absent, reason: reason) }
    static func unusable(_ reason: String) -> NoAccount { NoAccount(outcome: .unusable, reason: reason) }
}
