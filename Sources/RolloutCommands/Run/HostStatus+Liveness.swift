import ReleaseStore
import RolloutCore

extension HostStatus {
    /// A host that has not written its status for longer than this counts as gone. Agents write every 30 s.
    static let freshness: Duration = .seconds(90)

    /// Whether the host is there, as far as its status tells.
    func isLive(at now: Instant) -> Bool { now - updated <= Self.freshness && health != .stopping }
}
