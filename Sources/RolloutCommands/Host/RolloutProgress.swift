import ReleaseStore
import RolloutCore

/// How far the live hosts of a channel are with its target.
struct RolloutProgress: Encodable, Hashable, Sendable {
    /// Live hosts that follow the channel.
    var hosts: Int
    /// Those of them that may run the target now: all, or while a rollout is open those that its open wave admits.
    var admitted: Int
    /// Those of these that serve it, ready.
    var serving: Int
    /// Those of the admitted that refuse it.
    var refused: Int

    /// - Parameter hosts: the live ones of this channel.
    init(_ state: ChannelState, hosts: [HostStatus]) {
        let admitted = hosts.filter { host in
            guard let rollout = state.rollout else { return true }
            return rollout.admits(rank: hostRank(of: host.host, inRollout: rollout.id), labels: host.report.labels)
        }
        self.hosts = hosts.count
        self.admitted = admitted.count
        self.serving = admitted.count { $0.serving?.release == state.target && $0.health == .ready }
        self.refused = admitted.count { host in
            host.refused.contains { $0.release == state.target && $0.decision >= state.decision }
        }
    }

    /// `3 of 4 hosts serve it, 1 refuses it`.
    var text: String {
        guard hosts > 0 else { return "no live host follows it" }
        guard admitted > 0 else { return "none of \(hosts) live hosts is let in yet" }
        let of = admitted == hosts ? "\(admitted) live hosts" : "\(admitted) admitted of \(hosts) live hosts"
        return "\(serving) of \(of) serve it" + (refused > 0 ? ", \(refused) refused it" : "")
    }

    /// A bar of this many columns for all hosts: `#` serve the target, `!` refuse it, `-` are let in, `.` are not yet.
    func bar(_ width: Int) -> String {
        guard hosts > 0 else { return String(repeating: ".", count: width) }
        let filled = serving * width / hosts
        let bad = min(width - filled, (refused * width + hosts - 1) / hosts)
        let open = max(0, admitted * width / hosts - filled - bad)
        return String(repeating: "#", count: filled) + String(repeating: "!", count: bad) + String(repeating: "-", count: open)
            + String(repeating: ".", count: width - filled - bad - open)
    }
}
