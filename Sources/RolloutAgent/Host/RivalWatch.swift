import ReleaseStore
import RolloutCore

/// Notices that another agent writes the status that this one writes.
///
/// What stands there before the first write is the agent's that ran here before. After that, whatever this agent did not write was
/// written by another one in between: the two were given the same host id, and each has a store of its own, or the second would not
/// have started. A last word, as an agent writes it when it stops, is none: it was replaced by this one.
struct RivalWatch: Sendable {
    /// This agent's own name.
    private let agent: String
    private var hasWritten = false
    private var seen: UInt64 = 0
    private(set) var rival: RivalAgent?

    init(agent: String) { self.agent = agent }

    /// After each write that succeeded.
    ///
    /// - Parameters:
    ///   - found: what stood there before it.
    ///   - interval: between two writes with nothing to tell. The other agent may write less often than this one does, so it is
    ///     believed to be there for three of them.
    ///   - uptime: in nanoseconds.
    mutating func noteWrite(over found: HostStatus?, now: Instant, interval: Duration, uptime: UInt64) {
        defer { hasWritten = true }
        // An agent of an earlier version has no name.
        if let found, found.agent != agent, hasWritten, found.health != .stopping {
            seen = uptime
            rival = RivalAgent(since: rival?.since ?? now, began: found.began, gateway: found.gateway)
        } else if uptime &- seen >= UInt64(max(interval, Self.patience).milliseconds) * 3_000_000 {
            rival = nil
        }
    }

    /// Agents write every 30 s unless they are told otherwise.
    private static let patience: Duration = .seconds(30)
}
