/// Moves open rollouts through their waves, or takes them back: from what the log says and the hosts report, at one moment, to at most one
/// change.
///
/// It remembers nothing, so any host can take over at any time. It is never alone, either: a record's number is taken once, so of two
/// coordinators who decide at the same time one finds its number taken, and decides again. Everything it may do, a plan has allowed that
/// somebody with the right to release has signed.
///
/// It never opens what was closed: a rollout that was rolled back is over, and its release is quarantined.
package struct Coordinator: Sendable {
    package let app: AppName
    /// What is asked, in this order. Only tests leave any out.
    package let gates: [CoordinatorGate]
    package let doubts: [StatusDoubt]

    package init(
        app: AppName, gates: [CoordinatorGate] = CoordinatorGate.allCases, doubts: [StatusDoubt] = StatusDoubt.allCases
    ) {
        self.app = app
        self.gates = gates
        self.doubts = doubts
    }

    /// Judges one channel.
    ///
    /// - Parameters:
    ///   - head: the newest record, as this coordinator has accepted it.
    ///   - hosts: each once, of any app and channel.
    ///   - now: taken before the reports were read.
    ///   - watched: how long whoever decides has looked without a gap. The silence of a host says nothing to one who has just come.
    ///   - rank: a host's, in the rollout with this id.
    package func decide(
        _ channel: ChannelName, head: AcceptedHead, hosts: [HostReport], now: Instant, watched: Duration = .zero,
        rank: (HostID, UInt64) -> Int
    ) -> CoordinatorDecision {
        guard let view = view(of: channel, head: head, hosts: hosts, now: now, watched: watched, rank: rank) else {
            return CoordinatorDecision(.idle, "No rollout is open on channel '\(channel)'.")
        }
        for gate in gates { if let decision = gate.judge(view) { return decision } }
        return advance(view)
    }

    /// Judges every channel on which a rollout is open.
    package func decide(
        head: AcceptedHead, hosts: [HostReport], now: Instant, watched: Duration = .zero, rank: (HostID, UInt64) -> Int
    ) -> [ChannelName: CoordinatorDecision] {
        var decisions: [ChannelName: CoordinatorDecision] = [:]
        for (channel, state) in head.state.channels where state.rollout != nil {
            decisions[channel] = decide(channel, head: head, hosts: hosts, now: now, watched: watched, rank: rank)
        }
        return decisions
    }

    /// The open rollout of a channel, host by host; `nil` when none is open.
    package func view(
        of channel: ChannelName, head: AcceptedHead, hosts: [HostReport], now: Instant, watched: Duration = .zero,
        rank: (HostID, UInt64) -> Int
    ) -> RolloutView? {
        RolloutView(
            of: channel, head: head, app: app, hosts: hosts, now: now, watched: watched, doubts: doubts, rank: rank)
    }

    private func advance(_ view: RolloutView) -> CoordinatorDecision {
        let waves = view.rollout.plan.waves
        guard let next = view.rollout.nextWave else {
            return CoordinatorDecision(
                .promote, "Promotes \(view.state.target.short): \(grounds(view)).", change: .promote(channel: view.channel))
        }
        return CoordinatorDecision(
            .openWave, "Opens wave \(next + 1) of \(waves.count): \(grounds(view)).",
            change: .openWave(channel: view.channel, wave: next))
    }

    private func grounds(_ view: RolloutView) -> String {
        guard let wave = view.wave else { return "it was approved" }
        if view.serving.isEmpty { return "the waves before let no host in that is there" }
        var parts = ["\(view.serving.count) of \(view.admitted) hosts serve it"]
        if wave.bake > .zero { parts.append("they baked \(wave.bake.text)") }
        let (requests, errors) = view.answers
        if view.rollout.plan.evidence != nil { parts.append("\(errors) of \(requests) answers were errors") }
        if !view.failures.isEmpty { parts.append("\(view.failures.count) failed") }
        if !view.unavailable.isEmpty { parts.append("\(view.unavailable.count) are unavailable") }
        return parts.joined(separator: ", ")
    }
}
