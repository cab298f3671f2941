import RolloutCore

/// Operators and faults.
extension FleetSimulation {
    func publish(_ nature: FleetRelease.Nature, plan: PlanTemplate) {
        let release = FleetRelease(number: releases.count, nature: nature)
        releases.append(release)
        natures[release.digest] = nature
        let sequence = (entries.last?.record.sequence ?? 0) + 1
        let ranks = hosts.filter { !$0.isFleeting }.map { (rank: Self.rank(of: $0.id, inRollout: sequence), labels: $0.labels) }
        order(.release(channel: Self.channel, release: release.digest, plan: plan.plan(hosts: ranks)))
    }

    /// A person writes a record.
    func order(_ change: Change) { write(change, by: "people", clock: now, signer: Self.peopleKey) }

    func operate() {
        let channel = state.channels[Self.channel]
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<10:
            let nature = chance(45) ? .good : FleetRelease.Nature.common.randomElement(using: &random) ?? .good
            publish(nature, plan: somePlan())
        case 10: order(channel?.held == true ? .resume(channel: Self.channel) : .hold(channel: Self.channel))
        case 11:
            let isFrozen = channel?.frozen.isEmpty == false
            let window = FreezeWindow.span(from: now, until: now + .seconds(60))
            order(.freeze(channel: Self.channel, windows: isFrozen ? [] : [window]))
        case 12..<15: approve()
        case 15: if let target = channel?.rollbackTarget { order(.rollBack(channel: Self.channel, to: target)) }
        case 16: if let release = releases.randomElement(using: &random) { order(.quarantine(release: release.digest)) }
        case 17: if let release = state.quarantined.first, chance(30) { order(.liftQuarantine(release: release)) }
        case 18:
            guard let host = hosts.randomElement(using: &random), let channel else { return }
            let good = channel.promoted.filter { natures[$0] == .good }
            if let release = good.randomElement(using: &random) { order(.pin(host: host.id, release: release)) }
        default: if let host = state.pins.keys.sorted().first { order(.unpin(host: host)) }
        }
    }

    private func approve() {
        guard let rollout = state.channels[Self.channel]?.rollout,
            let wave = rollout.lacksApproval(upTo: rollout.plan.waves.count - 1)
        else { return }
        order(.approve(channel: Self.channel, wave: wave))
    }

    private func somePlan() -> PlanTemplate {
        let shapes = ["100%", "1,100%", "1,50%,100%", "1,34%,67%,100%", "zone=a:1,zone=a:100%,100%", "1!,100%", "1,50%!,100%"]
        var plan = PlanTemplate()
        plan.waves = WaveGoal.list(shapes.randomElement(using: &random) ?? "100%") ?? plan.waves
        plan.bakes = [.seconds(Int64.random(in: 8...25, using: &random))]
        plan.maxFailures = chance(60) ? 1 : 0
        plan.maxUnavailable = chance(20) ? .nothing : .percent(25)
        plan.patience = .seconds(60)
        if chance(30) { plan.lostAfter = RolloutPlan.shortestLoss }
        if chance(60) {
            let insufficient = EvidencePolicy.Insufficiency.allCases.randomElement(using: &random) ?? .wait
            plan.evidence = EvidencePolicy(minimum: 60, insufficient: insufficient)
        }
        return plan
    }

    /// What people do in the end: they let go on what they had stopped, and approve what waits for them.
    func clearTheWay() {
        guard let channel = state.channels[Self.channel] else { return }
        if channel.held { order(.resume(channel: Self.channel)) }
        if !channel.frozen.isEmpty { order(.freeze(channel: Self.channel, windows: [])) }
        approve()
    }

    // MARK: Faults

    func fault() {
        guard let host = hosts.filter({ $0.lie == nil }).randomElement(using: &random) else { return }
        switch Int.random(in: 0..<11, using: &random) {
        case 0..<3: takeDown(host, for: Int64.random(in: 0...20, using: &random))
        case 3: takeDown(host, for: Int64.random(in: 60...200, using: &random))
        case 4, 5:
            note("\(host.id) freezes")
            host.frozenUntil = now + .seconds(Int64.random(in: 5...150, using: &random))
        case 6, 7:
            note("the volume does not answer \(host.id)")
            host.blindUntil = now + .seconds(Int64.random(in: 5...150, using: &random))
        case 8: goneUntil = now + .seconds(Int64.random(in: chance(20) ? 150...300 : 3...30, using: &random))
        case 9: remove(host)
        // Several hosts at once, as when a zone fails.
        default:
            let zone = host.labels["zone"]
            for other in hosts where other.lie == nil && other.labels["zone"] == zone { takeDown(other, for: 120) }
        }
    }

    /// For good, unless too few would be left, or nobody who coordinates.
    private func remove(_ host: SimulatedFleetHost) {
        let present = hosts.filter { $0.lie == nil && !$0.isFleeting && !$0.isGone }
        let coordinating = coordinators.map { hosts[$0.host] }.filter { !$0.isGone }
        guard present.count > 3, host.downUntil == nil, coordinating.contains(where: { $0 !== host }) else { return }
        takeDown(host, for: 1_000_000)
        host.isGone = true
    }

    func takeDown(_ host: SimulatedFleetHost, for seconds: Int64) {
        guard host.downUntil == nil else { return }
        note("\(host.id) crashes for \(seconds) s")
        host.downUntil = now + .seconds(seconds)
        host.serving = nil
        host.backends = []
    }
}
