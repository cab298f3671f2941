/// Decides what a host should run. Run again after every look: an event that is missed costs one interval, never a stuck host.
package struct Planner: Sendable {
    package let channel: ChannelName
    /// `nil`: no pin is meant for it.
    package let host: HostID?
    /// This host's, its kind as `kind` among them.
    package let labels: [String: String]

    package init(channel: ChannelName, host: HostID? = nil, labels: [String: String] = [:]) {
        self.channel = channel
        self.host = host
        self.labels = labels
    }

    /// - Parameters:
    ///   - state: The accepted log's; `nil` when this host has accepted no record.
    ///   - refused: What this host refused, with the decisions it refused them under.
    ///   - rank: This host's rank in the rollout with this id, 0 to 999,999.
    package func decide(_ state: LogState?, refused: [Refusal], rank: (UInt64) -> Int) -> Decision {
        guard let state else { return Decision(target: nil, reason: "This host has accepted no record of the log yet.") }
        if let host, let pin = state.pins[host] {
            return withStandIns(follow(pin, state, refused), for: pin.release, under: pin.decision, state, refused)
        }
        guard let current = state.channels[channel] else {
            return Decision(target: nil, reason: "Channel '\(channel)' has no release yet.")
        }
        var target = Target(release: current.target, decision: current.decision)
        var reason = "Record \(current.decision) made \(current.target.short) the target of channel '\(channel)'"
        var refusal = refused.first { $0.release == target.release && $0.decision == target.decision }
        if let rollout = current.rollout {
            let rank = rank(rollout.id)
            let wave = rollout.openWave.map { "wave \($0 + 1) of \(rollout.plan.waves.count)" }
            let absence = "\(wave.map { "\($0) does not admit" } ?? "no wave admits") this host yet (rank \(rank))"
            if rollout.admits(rank: rank, labels: labels) {
                reason += " and \(wave ?? "a wave") admits this host (rank \(rank))"
            } else if let baseline = current.promoted.first {
                target.release = baseline
                reason += ", but \(absence): until then it runs \(baseline.short)"
                // The record that released something else is no new decision about the baseline.
                refusal = refused.first { $0.release == baseline }
            } else {
                reason += "; \(absence), but there is nothing else left to run"
            }
        }
        return withStandIns(settle(target, reason, refusal, state), for: target.release, under: target.decision, state, refused)
    }

    private func withStandIns(
        _ decision: Decision, for target: Digest, under number: UInt64, _ state: LogState, _ refused: [Refusal]
    ) -> Decision {
        var decision = decision
        let promoted = state.channels[channel]?.promoted ?? []
        decision.standIns = promoted.filter { release in
            release != target && !state.quarantined.contains(release) && !refused.contains { $0.release == release }
        }.map { Target(release: $0, decision: number) }
        return decision
    }

    private func follow(_ pin: Pin, _ state: LogState, _ refused: [Refusal]) -> Decision {
        let target = Target(release: pin.release, decision: pin.decision)
        return settle(
            target, "Record \(pin.decision) pinned this host to \(pin.release.short)",
            refused.first { $0.release == target.release && $0.decision == target.decision }, state)
    }

    private func settle(_ target: Target, _ reason: String, _ refusal: Refusal?, _ state: LogState) -> Decision {
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
