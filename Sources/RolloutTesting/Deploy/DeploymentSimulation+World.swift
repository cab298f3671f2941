import RolloutCore

/// What happens around the agent: time, the log, and what goes wrong.
extension DeploymentSimulation {
    /// Time passes up to the next wake-up at most, and not always to it.
    func passTime() {
        reportUnhealthy()
        var next = now + .milliseconds(Int64.random(in: 1...4000, using: &random))
        if let wake = wakes.min(), !faultsHappen || wake < next || chance(50) { next = max(wake, now) }
        next = min(next, now + .seconds(120))
        crashWhatCrashes(until: next)
        now = next
        let due = wakes.filter { $0 <= now }.count
        wakes.removeAll { $0 <= now }
        for _ in 0..<due { pending.append(.ticked) }
    }

    /// The watch over a bake reports once for each backend, and only while there is something to fall back to.
    private func reportUnhealthy() {
        guard deployment.record.probation?.fallback != nil, let backend = deployment.serving?.ready,
            nature(of: backend.release) == .unhealthy,
            let index = backends.firstIndex(where: { $0.id == backend && !$0.wasFoundUnhealthy })
        else { return }
        backends[index].wasFoundUnhealthy = true
        pending.append(.foundUnhealthy(backend, reason: "It answers with errors."))
    }

    private func crashWhatCrashes(until next: Instant) {
        for backend in backends where nature(of: backend.id.release) == .crashes {
            if let since = backend.readySince, next >= since + .seconds(5) { crash(backend.id) }
        }
    }

    func crash(_ backend: BackendID) {
        note("\(name(backend.release)) crashes")
        backends.removeAll { $0.id == backend }
        if mutation != .dropsExits { pending.append(.exited(backend, reason: "It exited with status 1.")) }
    }

    /// The agent looks at the log and plans. What it finds may be handed in late.
    func look() {
        let seen = volumeAnswers ? head : deployment.record.accepted
        guard let seen else { return }
        let rank = rank
        var decision = planner.decide(seen.state, refused: deployment.record.refused) { _ in rank }
        if mutation == .offersNoStandIns { decision.standIns = [] }
        pending.append(.decided(decision, head: seen))
    }

    // MARK: The log

    func changeLog() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: publish()
        case 6: append(.promote(channel: "stable"))
        case 7: if let wave = log.channels["stable"]?.rollout?.nextWave { append(.openWave(channel: "stable", wave: wave)) }
        case 8: if let target = log.channels["stable"]?.rollbackTarget { append(.rollBack(channel: "stable", to: target)) }
        default: if let release = releases.randomElement(using: &random) { append(.quarantine(release: release.digest)) }
        }
    }

    private func publish() {
        var release = releases.randomElement(using: &random)
        if release == nil || chance(85) {
            let nature = chance(55) ? .good : SimulatedRelease.Nature.allCases.randomElement(using: &random) ?? .good
            releases.append(SimulatedRelease(number: releases.count, nature: nature))
            release = releases.last
        }
        guard let release else { return }
        let waves = [WaveSize(millionths: 500_000), .everyone].compactMap { $0 }
        append(.release(channel: "stable", release: release.digest, waves: chance(25) ? waves : [.everyone]))
    }

    private func append(_ change: Change) {
        let sequence = (head?.sequence ?? 0) + 1
        guard let next = try? log.applying(change, sequence: sequence, at: now),
            let volume = VolumeID("00000000-0000-0000-0000-000000000000")
        else { return }
        note("record \(sequence): \(change.kind) \(name(change.release))")
        log = next
        let digest = Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: sequence >> (8 * UInt64($0 % 8))) })
        head = AcceptedHead(volume: volume, sequence: sequence, digest: digest, time: now, state: next)
    }

    // MARK: Faults

    func fault() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: endAgent("at no special moment")
        case 1, 2:
            volumeAnswers.toggle()
            note("the volume \(volumeAnswers ? "answers" : "does not answer")")
        case 3:
            let step = Duration.milliseconds(Int64.random(in: -600_000...600_000, using: &random))
            now = now + step
            // Sleeps go by another clock: what was due keeps its distance.
            wakes = wakes.map { $0 + step }
            note("the clock is set by \(step)")
        case 4:
            guard let backend = backends.filter({ $0.readySince != nil }).randomElement(using: &random) else { return }
            excuse(backend.id.release)
            crash(backend.id)
        case 5:
            if let copy = copies.sorted(by: { $0.hex < $1.hex }).randomElement(using: &random) {
                copies.remove(copy)
                note("the local copy of \(name(copy)) is damaged")
            }
        case 6, 7:
            swapsFail.toggle()
            note("swaps \(swapsFail ? "fail" : "succeed")")
        case 8:
            gateIsBroken.toggle()
            note("the gate \(gateIsBroken ? "cannot be asked" : "can be asked")")
        default: rot()
        }
    }

    /// A release that ran well stops doing so: what it depends on has changed.
    private func rot() {
        guard chance(30), let release = deployment.record.proven.first,
            let index = releases.firstIndex(where: { $0.digest == release && $0.nature == .good })
        else { return }
        note("\(name(release)) does not run any more")
        releases[index].nature = .neverReady
        for backend in backends where backend.id.release == release && backend.readySince != nil { crash(backend.id) }
    }

    private func excuse(_ release: Digest) {
        if let index = releases.firstIndex(where: { $0.digest == release }) { releases[index].isExcused = true }
    }
}
