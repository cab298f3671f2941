import RolloutCore

/// What a host's agent does.
extension FleetSimulation {
    func tick(_ host: SimulatedFleetHost) {
        if let until = host.downUntil, until <= now {
            note("\(host.id) begins")
            host.restart(policy: Self.policy, now: now)
        }
        if let end = host.diesAt, end <= now {
            host.diesAt = nil
            takeDown(host, for: 86_400)
        }
        guard host.isUp(at: now) else { return }
        if host.sees(at: now) { host.ableAt = now }
        guard host.lie == nil else { return writeStatus(host) }
        look(host)
        deliver(host)
        host.count(at: now) { natures[$0] }
        if violation == nil { judge(host) }
        if violation == nil { writeStatus(host) }
    }

    private func look(_ host: SimulatedFleetHost) {
        guard host.sees(at: now), goneUntil.map({ $0 <= now }) ?? true else { return }
        let accepted = Int(host.log.accepted?.sequence ?? 0)
        if accepted < entries.count {
            for entry in entries[accepted...] {
                do throws(TrustRefusal) {
                    try host.log.accept(entry, now: now + host.skew)
                } catch {
                    violation = "\(host.id) refuses the log: \(error)"
                    return
                }
            }
        } else if let head = host.log.accepted, entries[accepted - 1].digest != head.digest {
            violation = "\(host.id) has accepted another record \(accepted) than the one that is there"
            return
        }
        plan(host)
    }

    private func plan(_ host: SimulatedFleetHost) {
        guard let head = host.log.accepted else { return }
        let key = (head.sequence, host.deployment.record.refused.count, host.deployment.record.serving?.release)
        if let planned = host.planned, planned == key { return }
        host.planned = key
        if mutation == .ignoresQuarantine, case .quarantine = entries.last?.record.change { return }
        let planner = Planner(
            channel: Self.channel, host: mutation == .ignoresPins ? nil : host.id, labels: host.labels)
        let decision = planner.decide(head.state, refused: host.deployment.record.refused) { rollout in
            mutation == .ignoresWaves ? 0 : Self.rank(of: host.id, inRollout: rollout)
        }
        handle(.decided(decision, head: head), on: host)
    }

    private func deliver(_ host: SimulatedFleetHost) {
        var rounds = 0
        while rounds < 50, violation == nil, let index = host.pending.firstIndex(where: { $0.at <= now }) {
            rounds += 1
            handle(host.pending.remove(at: index).event, on: host)
            plan(host)
        }
    }

    private func handle(_ event: DeploymentEvent, on host: SimulatedFleetHost) {
        guard violation == nil else { return }
        let step = host.deployment.handle(event, at: now + host.skew)
        if let record = step.record {
            if record.refused.count > host.saved.refused.count, let refusal = record.refused.first {
                note("\(host.id) refuses \(name(refusal.release))")
            }
            host.saved = record
        }
        for action in step.actions { perform(action, on: host) }
        if violation == nil { violation = Invariants.violation(in: host.deployment).map { "\(host.id): \($0)" } }
    }

    private func perform(_ action: DeploymentAction, on host: SimulatedFleetHost) {
        switch action {
        case .materialize(let release):
            host.pending.append((later(1...3), .materialized(release)))
        case .cancelMaterialize(let release): host.pending.removeAll { $0.event == .materialized(release) }
        case .start(let backend): start(backend, on: host)
        case .swapCurrent(let release): host.pending.append((now, .currentSwapped(release)))
        case .switchTraffic(let backend, _):
            guard host.serving?.release != backend?.release else { return }
            note("\(host.id) serves \(name(backend?.release))")
            host.serving = backend.map { ($0.release, now) }
        case .retire(let backend), .kill(let backend): host.backends.remove(backend)
        case .askGate(let backend): host.pending.append((now, .gatePassed(backend)))
        case .cancelGate(let backend): host.pending.removeAll { $0.event == .gatePassed(backend) }
        case .wake(let instant): host.pending.append((instant + (.zero - host.skew), .ticked))
        }
    }

    private func start(_ backend: BackendID, on host: SimulatedFleetHost) {
        host.backends.insert(backend)
        let quarantined = host.log.accepted?.state.quarantined ?? []
        if host.deployment.candidate?.release == backend.release, quarantined.contains(backend.release) {
            violation = "\(host.id) tries \(name(backend.release)), which is quarantined"
        }
        guard let release = releases.first(where: { $0.digest == backend.release }) else { return }
        let time = later(1...3)
        if release.nature == .deadly { return host.diesAt = time }
        if release.nature == .unhealthy {
            host.pending.append((time, .ready(backend)))
            host.pending.append((time + .seconds(2), .foundUnhealthy(backend, reason: "It answers with errors.")))
        } else if release.passes(zone: host.labels["zone"]) {
            host.pending.append((time, .ready(backend)))
        } else {
            host.backends.remove(backend)
            host.pending.append((time, .failed(backend, reason: "It was not ready in time.")))
        }
    }

    private func later(_ seconds: ClosedRange<Int64>) -> Instant {
        now + .seconds(Int64.random(in: seconds, using: &random))
    }

    private func writeStatus(_ host: SimulatedFleetHost) {
        guard host.sees(at: now), goneUntil.map({ $0 <= now }) ?? true else { return }
        let target = state.channels[Self.channel].map { Target(release: $0.target, decision: $0.decision) }
        let last = host.written.last
        let isDue = last.map { now + host.skew - $0.updated >= .seconds(9) || host.lie != nil } ?? true
        guard isDue || hasChanged(host, since: last) else { return }
        host.written.append(host.report(target: target, head: entries.last, at: now))
        if host.written.count > 12 { host.written.removeFirst(4) }
    }

    private func hasChanged(_ host: SimulatedFleetHost, since last: HostReport?) -> Bool {
        guard let last else { return true }
        let deployment = host.deployment
        return last.acceptedSequence != deployment.record.accepted?.sequence
            || last.serving != (deployment.serving?.ready != nil ? deployment.serving?.target : nil)
            || last.attempting != deployment.candidate?.target || last.refused.first != deployment.record.refused.first
    }
}
