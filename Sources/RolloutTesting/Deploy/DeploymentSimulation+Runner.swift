import RolloutCore

/// What the agent's runner does: save, then act.
extension DeploymentSimulation {
    /// The agent begins with what its disk remembers.
    func restart() {
        switch mutation {
        case .forgetsProbation: saved.probation = nil
        case .forgetsRefusals: saved.refused = []
        case .forgetsAccepted: saved.accepted = nil
        default: break
        }
        if let broken = Invariants.violation(in: saved) ?? Invariants.violation(from: acted, to: saved) {
            violation = "after a restart: \(broken)"
            return
        }
        generation += 1000
        deployment = Deployment(resuming: saved, rules: rules, sideBySide: sideBySide, firstGeneration: generation)
        pending = []
        copying = []
        gates = []
        backends = []
        wakes = []
        verified = []
        delayedSwap = nil
        traffic = nil
        note("the agent begins: serving \(name(saved.serving?.release)), bakes \(saved.probation != nil)")
        handle(.began)
        look()
    }

    /// The agent ends, and its backends with it.
    func endAgent(_ moment: String) {
        agentEnds += 1
        note("the agent ends \(moment)")
        restart()
    }

    func handle(_ event: DeploymentEvent) {
        guard violation == nil else { return }
        note("event \(describe(event))")
        var next = deployment
        let step = next.handle(event, at: now)
        if let record = step.record {
            if faultsHappen, chance(2) {
                note("the host record could not be saved")
                if mutation != .ignoresFailedSaves {
                    pending.append(event)
                    return
                }
            } else {
                if chance(1), faultsHappen { return endAgent("before saving") }
                if mutation != .savesAfterActing { saved = record }
            }
            acted = record
            remember(record.refused)
        }
        deployment = next
        let ends = agentEnds
        for action in step.actions {
            if faultsHappen, chance(1) { return endAgent("before \(describe(action))") }
            perform(action)
            // What it did may have ended the agent, or broken a law.
            guard agentEnds == ends, violation == nil else { return }
        }
        if mutation == .savesAfterActing, let record = step.record {
            if faultsHappen, chance(2) { return endAgent("before saving") }
            saved = record
        }
        check()
    }

    private func perform(_ action: DeploymentAction) {
        note("  \(describe(action))")
        switch action {
        case .materialize(let release): if !copying.contains(release) { copying.append(release) }
        case .cancelMaterialize(let release): copying.removeAll { $0 == release }
        case .start(let backend): start(backend)
        case .swapCurrent(let release): swap(release)
        case .switchTraffic(let backend, _):
            if let backend, !isAdmitted(backend.release) { violation = "\(backend) gets traffic, and its gate never let it in" }
            traffic = backend
        case .askGate(let backend):
            if !gates.isEmpty { violation = "two gates are asked at once" }
            gates.append(backend)
        case .cancelGate(let backend): if mutation != .keepsOldGates { gates.removeAll { $0 == backend } }
        case .retire(let backend), .kill(let backend):
            if mutation != .neverRetires { backends.removeAll { $0.id == backend } }
        case .wake(let instant): if mutation != .dropsWakes { wakes.append(instant) }
        }
    }

    private func start(_ backend: BackendID) {
        if !verified.contains(backend.release) { violation = "\(backend) was started from bytes that nobody verified" }
        if !sideBySide, !isAdmitted(backend.release) { violation = "\(backend) was started, and its gate never let it in" }
        if !sideBySide, !backends.isEmpty { violation = "\(backend) was started while another ran in its place" }
        for slot in [deployment.serving, deployment.fallback, deployment.candidate].compactMap({ $0 })
        where slot.backend == backend && refusals.contains(slot.target) {
            violation =
                "release \(name(slot.release)) was refused under record \(slot.target.decision), and was started under it"
        }
        backends.append(SimulatedBackend(id: backend))
        if nature(of: backend.release) == .endsAgent { endAgent("because of \(name(backend.release))") }
    }

    private func swap(_ release: Digest) {
        if !verified.contains(release) { violation = "`current` was to name \(name(release)), which nobody verified" }
        if swapsFail { return pending.append(.currentSwapFailed(release, reason: "The disk is full.")) }
        if mutation == .reordersSwaps, delayedSwap == nil, chance(20) {
            delayedSwap = release
        } else {
            current = release
            if let late = delayedSwap { current = late }
            delayedSwap = nil
        }
        pending.append(.currentSwapped(release))
    }

    // MARK: Completions

    func finishCopy(_ index: Int) {
        let release = copying.remove(at: index)
        if nature(of: release) == .wrongContent, volumeAnswers {
            pending.append(.materializeFailed(release, .release, reason: "Its bytes are not what its manifest says."))
        } else if volumeAnswers || copies.contains(release) {
            copies.insert(release)
            verified.insert(release)
            everVerified.insert(release)
            pending.append(.materialized(release))
        } else {
            let cause: FailureCause = mutation == .blamesTheRelease ? .release : .environment
            pending.append(.materializeFailed(release, cause, reason: "The volume does not answer."))
        }
    }

    func finishStart(_ index: Int) {
        let backend = backends[index].id
        if nature(of: backend.release) == .neverReady {
            backends.remove(at: index)
            pending.append(.failed(backend, reason: "It was not ready in time."))
        } else {
            backends[index].readySince = now
            pending.append(.ready(backend))
        }
    }

    func finishGate(_ index: Int) {
        let backend = gates.remove(at: index)
        if gateIsBroken {
            pending.append(.gateFailed(backend, .environment, reason: "There is no such program."))
        } else if nature(of: backend.release) == .unwelcome, mutation != .passesEveryGate {
            pending.append(.gateFailed(backend, .release, reason: "It exited with code 1."))
        } else {
            if nature(of: backend.release) != .unwelcome { everAdmitted.insert(backend.release) }
            pending.append(.gatePassed(backend))
        }
    }

    private func isAdmitted(_ release: Digest) -> Bool { !rules.gated || everAdmitted.contains(release) }

    func nature(of release: Digest) -> SimulatedRelease.Nature? { releases.first { $0.digest == release }?.nature }

    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}
