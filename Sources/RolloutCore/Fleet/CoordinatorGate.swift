/// What can keep a rollout from going on, in the order in which it is asked. A list, so that a test can leave out each, and show that it
/// is needed.
package enum CoordinatorGate: String, CaseIterable, Sendable {
    case failures, hold, freeze, unavailability, arrival, loss, absence, quorum, bake, evidence, approval

    /// `nil`: it lets the rollout pass.
    func judge(_ view: RolloutView) -> CoordinatorDecision? {
        switch self {
        case .failures: judgeFailures(view)
        case .hold: view.state.held ? CoordinatorDecision(.held, "Channel '\(view.channel)' is held.") : nil
        case .freeze:
            view.state.frozenUntil(at: view.recordTime).map { end in
                CoordinatorDecision(.frozen, "Channel '\(view.channel)' is frozen until \(end).", until: end)
            }
        case .unavailability: judgeUnavailability(view)
        case .arrival: view.rollout.openWave == nil ? nil : judgeArrival(view)
        case .loss: view.rollout.openWave == nil ? nil : judgeLoss(view)
        case .absence: view.rollout.openWave == nil ? nil : judgeAbsence(view)
        case .quorum: view.rollout.openWave == nil ? nil : judgeQuorum(view)
        case .bake: view.wave.flatMap { judgeBake(view, $0.bake) }
        case .evidence: view.rollout.openWave == nil ? nil : judgeEvidence(view)
        case .approval: judgeApproval(view)
        }
    }

    private func judgeFailures(_ view: RolloutView) -> CoordinatorDecision? {
        let failures = view.failures
        let allowed = view.rollout.plan.maxFailures
        let nobodyIsLeft = view.serving.isEmpty && view.moving.isEmpty
        guard failures.count > allowed || !failures.isEmpty && nobodyIsLeft else { return nil }
        let release = view.state.target
        let list = failures.map { "\($0.host) \($0.reason)" }.sentence
        let count = failures.count == 1 ? "1 host failed" : "\(failures.count) hosts failed"
        let limit = failures.count > allowed ? "at most \(allowed) may" : "and no other host serves it"
        let why = "\(count), \(limit): \(list)."
        guard let back = view.state.promoted.first(where: { $0 != release }) else {
            return CoordinatorDecision(.stuck, "Release \(release.short) is bad, and there is none to go back to. \(why)")
        }
        return CoordinatorDecision(
            .rollBack, "Rolls back to \(back.short) and quarantines \(release.short). \(why)",
            change: .quarantine(release: release))
    }

    private func judgeUnavailability(_ view: RolloutView) -> CoordinatorDecision? {
        let unavailable = view.unavailable
        let share = view.rollout.plan.maxUnavailable
        guard unavailable.count > share.allowance(of: view.fleet) else { return nil }
        let list = unavailable.map { "\($0.host) (\($0.reason))" }.sentence
        return CoordinatorDecision(
            .unavailable, "\(unavailable.count) of \(view.fleet) hosts are unavailable, at most \(share) may: \(list).")
    }

    private func judgeArrival(_ view: RolloutView) -> CoordinatorDecision? {
        // Newcomers block nobody who has others to go by.
        let moving = view.serving.isEmpty ? view.moving + view.joining : view.moving
        if !moving.isEmpty {
            let until = view.rollout.since + view.rollout.plan.patience
            return CoordinatorDecision(.arrival, "Waits for \(moving.map(\.description).sentence) to serve it.", until: until)
        }
        // A wave that lets nobody in has nothing to show. But somebody must have served it in the end.
        guard view.fleet == 0 || view.serving.isEmpty && view.rollout.nextWave == nil else { return nil }
        return CoordinatorDecision(.arrival, view.fleet == 0 ? "No host reports." : "No host serves it yet.")
    }

    /// Nobody says anything for the release, and on whoever took it something is wrong.
    private func judgeLoss(_ view: RolloutView) -> CoordinatorDecision? {
        let lost = view.lost
        guard view.serving.isEmpty, !lost.isEmpty else { return nil }
        let list = lost.map { "\($0.host) (\($0.reason))" }.sentence
        return CoordinatorDecision(.quorum, "No host serves it, and what took it is unavailable: \(list).")
    }

    /// Those who are there do not decide for more who are not: one alone, which may be lying, would else promote for all.
    private func judgeAbsence(_ view: RolloutView) -> CoordinatorDecision? {
        let away = view.away
        let absent = away.map(\.host) + (view.rollout.nextWave == nil ? view.joining : [])
        guard !absent.isEmpty, view.serving.count <= (view.rollout.nextWave == nil ? absent.count : 0) else { return nil }
        // The next of them to be gone for good.
        let until = away.map(\.since).min().map { $0 + HostReport.absence }
        let number = view.serving.isEmpty ? "No host serves it" : "Only \(view.serving.count) serve it"
        return CoordinatorDecision(
            .quorum, "\(number), and these are away or not up yet: \(absent.map(\.description).sentence).", until: until)
    }

    private func judgeQuorum(_ view: RolloutView) -> CoordinatorDecision? {
        // What is unavailable is limited by a gate of its own; but in the end half of all must have said yes.
        let counted = view.rollout.nextWave == nil ? view.admitted : view.serving.count + view.failures.count
        guard 2 * view.serving.count < counted else { return nil }
        return CoordinatorDecision(.quorum, "Only \(view.serving.count) of \(counted) hosts that were let in serve it.")
    }

    private func judgeBake(_ view: RolloutView, _ bake: Duration) -> CoordinatorDecision? {
        // Also where nobody was let in, as far as it is known: a host may be about to report.
        let end = max(view.bakeBegan ?? view.rollout.since, view.rollout.since) + bake
        if view.now < end { return CoordinatorDecision(.bake, "Bakes until \(end).", until: end) }
        let baking = view.baking(for: bake)
        guard !baking.isEmpty else { return nil }
        return CoordinatorDecision(.bake, "Waits for word from \(baking.map(\.description).sentence) after the bake.")
    }

    private func judgeEvidence(_ view: RolloutView) -> CoordinatorDecision? {
        guard let policy = view.rollout.plan.evidence, !view.serving.isEmpty, view.evidence != .good else { return nil }
        let (requests, _) = view.answers
        let words = "Insufficient data: \(requests) answers on \(view.serving.count) hosts, a verdict needs \(policy.minimum)"
        switch policy.insufficient {
        case .time: return nil
        case .wait: return CoordinatorDecision(.insufficientData, "\(words).")
        case .probe:
            guard !view.probesSuffice else { return nil }
            return CoordinatorDecision(.insufficientData, "\(words), or probes that passed.")
        }
    }

    private func judgeApproval(_ view: RolloutView) -> CoordinatorDecision? {
        let last = view.rollout.plan.waves.count - 1
        guard let wave = view.rollout.lacksApproval(upTo: view.rollout.nextWave ?? last) else { return nil }
        return CoordinatorDecision(.approval, "Wave \(wave + 1) of \(last + 1) needs approval.")
    }
}

extension RolloutView {
    /// The newest wave that is open.
    var wave: Wave? { rollout.openWave.map { rollout.plan.waves[$0] } }
}

extension [String] {
    /// The first few, in one phrase.
    var sentence: String {
        let shown = prefix(5).map { String(decoding: $0.utf8.prefix(300), as: UTF8.self) }
        let rest = count - shown.count
        if rest > 0 { return shown.joined(separator: ", ") + " and \(rest) more" }
        return shown.joined(separator: ", ")
    }
}
