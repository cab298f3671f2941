import RolloutCore

/// What an outside observer holds the deployment to.
extension DeploymentSimulation {
    /// The laws that hold after every event.
    func check() {
        if deployment.serving?.ready != nil { hasServed = true }
        if let gate = gates.first, gate != deployment.candidate?.asking {
            violation = violation ?? "the gate of \(gate) is asked, and nobody waits for it"
        }
        violation =
            violation
            ?? Invariants.violation(
                in: deployment,
                on: HostView(
                    running: Set(backends.map(\.id)), traffic: traffic, current: current, verified: everVerified,
                    hasServed: hasServed))
    }

    /// Only what speaks against a release may refuse it.
    func remember(_ refused: [Refusal]) {
        for refusal in refused {
            let target = Target(release: refusal.release, decision: refusal.decision)
            guard refusals.insert(target).inserted, let release = releases.first(where: { $0.digest == refusal.release }) else {
                continue
            }
            note("  refused \(name(refusal.release)): \(refusal.reason)")
            if release.nature == .good, !release.isExcused, agentEnds < rules.interruptions {
                violation = "\(name(refusal.release)) was refused for no fault of its own: \(refusal.reason)"
            }
        }
    }

    /// Where the host must be once the faults have stopped.
    func judgeRest() {
        let rank = rank
        let decision = planner.decide(head?.state, refused: deployment.record.refused) { _ in rank }
        let serving = deployment.serving
        let running = serving?.ready.map { id in backends.contains { $0.id == id && $0.readySince != nil } } ?? false
        if head?.sequence ?? 0 != deployment.record.accepted?.sequence ?? 0 {
            violation = "the newest record was not accepted"
        } else if let target = decision.target, runs(target.release), serving?.release != target.release {
            violation = "the target is good, and another release serves: \(name(serving?.release))"
        } else if let release = serving?.release, runs(release), !running {
            violation = "\(name(release)) is good and serves, and does not run"
        } else if let release = serving?.release, running, current != release {
            violation = "\(name(release)) serves, and `current` names \(name(current))"
        } else if let release = serving?.release, running, runs(release), deployment.record.probation != nil {
            violation = "\(name(release)) never ends its bake"
        } else if serving == nil, let spare = decision.standIns.first(where: { canStandIn($0.release) })?.release {
            violation = "the host serves nothing, and \(name(spare)) was promoted and could"
        } else if sideBySide, !running, let spare = deployment.record.proven.first(where: { canStandIn($0) }) {
            violation = "nothing runs, and \(name(spare)) could"
        } else if let release = serving?.release, let spare = deployment.record.probation?.fallback, !runs(release),
            runs(spare.release)
        {
            violation = "\(name(release)) is bad, and serves with something to fall back to"
        }
    }

    private func runs(_ release: Digest) -> Bool {
        nature(of: release) == .good || nature(of: release) == .unwelcome && !rules.gated
    }

    private func canStandIn(_ release: Digest) -> Bool {
        runs(release) && !log.quarantined.contains(release) && !deployment.record.refused.contains { $0.release == release }
    }

    // MARK: Words for the trace

    func describe(_ event: DeploymentEvent) -> String {
        switch event {
        case .began: "began"
        case .decided(let decision, let head):
            "decided \(name(decision.target?.release)) under \(decision.target?.decision ?? 0), head \(head?.sequence ?? 0)"
        case .logReplaced: "logReplaced"
        case .materialized(let release): "materialized \(name(release))"
        case .materializeFailed(let release, let failure, _): "materializeFailed \(name(release)), \(failure)"
        case .ready(let backend): "ready \(describe(backend))"
        case .failed(let backend, _, _): "failed \(describe(backend))"
        case .gatePassed(let backend): "gatePassed \(describe(backend))"
        case .gateFailed(let backend, let failure, _): "gateFailed \(describe(backend)), \(failure)"
        case .exited(let backend, _): "exited \(describe(backend))"
        case .foundUnhealthy(let backend, _): "foundUnhealthy \(describe(backend))"
        case .currentSwapped(let release): "currentSwapped \(name(release))"
        case .currentSwapFailed(let release, _): "currentSwapFailed \(name(release))"
        case .ticked: "ticked"
        case .thawed: "thawed"
        }
    }

    func describe(_ action: DeploymentAction) -> String {
        switch action {
        case .materialize(let release): "materialize \(name(release))"
        case .start(let backend): "start \(describe(backend))"
        case .askGate(let backend): "askGate \(describe(backend))"
        case .cancelGate(let backend): "cancelGate \(describe(backend))"
        case .swapCurrent(let release): "swapCurrent \(name(release))"
        case .switchTraffic(let backend, let fallback): "switchTraffic to \(describe(backend)), fallback \(describe(fallback))"
        case .retire(let backend): "retire \(describe(backend))"
        case .kill(let backend): "kill \(describe(backend))"
        case .cancelMaterialize(let release): "cancelMaterialize \(name(release))"
        case .wake(let instant): "wake at \(instant)"
        }
    }

    private func describe(_ backend: BackendID?) -> String {
        backend.map { "\(name($0.release)).\($0.generation)" } ?? "nothing"
    }
}
