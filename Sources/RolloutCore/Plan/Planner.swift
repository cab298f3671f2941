/// Decides what a host should run. Run again after every look: an event that is missed costs one interval, never a stuck host.
package struct Planner: Sendable {
    package let channel: ChannelName

    package init(channel: ChannelName) { self.channel = channel }

    /// - Parameters:
    ///   - state: The accepted log's; `nil` when this host has accepted no record.
    ///   - refused: What this host refused, with the decisions it refused them under.
    ///   - rank: This host's rank in the rollout with this id, 0 to 999,999.
    package func decide(_ state: LogState?, refused: [Refusal], rank: (UInt64) -> Int) -> Decision {
        guard let state else { return Decision(target: nil, reason: "This host has accepted no record of the log yet.") }
        guard let current = state.channels[channel] else {
            return Decision(target: nil, reason: "Channel '\(channel)' has no release yet.")
        }
        var target = Target(release: current.target, decision: current.decision)
        var reason = "Record \(current.decision) made \(current.target.short) the target of channel '\(channel)'"
        var refusal = refused.first { $0.release == target.release && $0.decision == target.decision }
        if let rollout = current.rollout {
            let rank = rank(rollout.id)
            let wave = "wave \(rollout.openWave + 1) of \(rollout.waves.count)"
            if rollout.waves[rollout.openWave].admits(rank: rank) {
                reason += " and \(wave) admits this host (rank \(rank))"
            } else if let baseline = current.promoted.first {
                target.release = baseline
                reason += ", but \(wave) does not admit this host yet (rank \(rank)): until then it runs \(baseline.short)"
                // The record that released something else is no new decision about the baseline.
                refusal = refused.first { $0.release == baseline }
            } else {
                reason += "; \(wave) does not admit this host yet (rank \(rank)), but there is nothing else left to run"
            }
        }
        if state.quarantined.contains(target.release) {
            return Decision(target: nil, reason: "\(reason), but \(target.release.short) is quarantined.")
        }
        if let refusal {
            return Decision(
                target: nil,
                reason: "\(reason), but this host refused it at \(refusal.at): \(refusal.reason) "
                    + "It tries again only when a new record says so.")
        }
        return Decision(target: target, reason: reason + ".")
    }
}
