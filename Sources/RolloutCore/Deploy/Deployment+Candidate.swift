/// Moving to a target.
extension Deployment {
    mutating func decided(_ decision: Decision, head: AcceptedHead?, at now: Instant) {
        if let head {
            let accepted = record.accepted?.sequence ?? 0
            // Planned from an older look at the log than one that was handed in before.
            guard head.sequence >= accepted else { return }
            if head.sequence > accepted { record.accepted = head }
        }
        self.decision = decision
        guard let target = wanted(by: decision) else { return dropCandidate(at: now) }
        if target.release == serving?.release {
            dropCandidate(at: now)
            record.serving?.decision = target.decision
            serving?.target.decision = target.decision
        } else if target.release == fallback?.release {
            dropCandidate(at: now)
            callBack(target, at: now)
        } else if target.release == candidate?.release {
            candidate?.target.decision = target.decision
            record.attempt?.target.decision = target.decision
        } else {
            let interrupted = record.attempt
            dropCandidate(at: now)
            begin(target, after: interrupted, at: now)
        }
    }

    func isRefused(_ target: Target) -> Bool {
        record.refused.contains { $0.release == target.release && $0.decision == target.decision }
    }

    /// What it would fall back to is wanted again.
    private mutating func callBack(_ target: Target, at now: Instant) {
        guard var slot = fallback else { return }
        slot.target = target
        if record.probation == nil {
            // On its way up already, because what serves does not run.
            fallback = slot
        } else if slot.ready != nil {
            fallback = slot
            returnToFallback(at: now)
        } else {
            // A move like any other: what serves goes on until this is up, and if it never is, it is refused.
            fallback = nil
            record.probation?.fallback = nil
            record.attempt = Attempt(target: target, since: now)
            if slot.phase == .cold {
                slot.phase = .materializing
                actions.append(.materialize(slot.release))
            }
            candidate = slot
        }
    }

    mutating func dropCandidate(at now: Instant) {
        record.attempt = nil
        guard let slot = candidate else { return }
        candidate = nil
        if let backend = slot.asking { actions.append(.cancelGate(backend)) }
        if record.probation != nil, fallback == nil, record.proven.contains(slot.release), !isRefused(slot.target) {
            // It was called back, and is no longer: what serves can fall back to it again.
            fallback = slot
            record.probation?.fallback = slot.target
            if sideBySide {
                // It served here before, so as a fallback it needs no gate.
                if slot.asking != nil, let backend = slot.backend { fallbackReady(backend, at: now) }
                return
            }
            fallback?.phase = .cold
        }
        if let backend = slot.backend {
            actions.append(.kill(backend))
        } else if slot.asking == nil {
            giveUp(slot)
        }
        restoreInPlace()
    }

    mutating func begin(_ target: Target, after interrupted: Attempt?, at now: Instant) {
        var attempt = Attempt(target: target, since: now)
        if let interrupted, interrupted.target == target {
            attempt = interrupted
            attempt.begun += 1
            if attempt.begun > rules.interruptions, serving != nil || hasStandIns {
                let reason = "The agent ended \(rules.interruptions) times while moving to it."
                return serving == nil ? passOver(target, reason, at: now) : refuse(target, reason, at: now)
            }
        }
        record.attempt = attempt
        candidate = Slot(target: target)
        actions.append(.materialize(target.release))
    }

    /// The candidate has a verified copy: start it, beside the old one or in its place.
    mutating func startCandidate(_ slot: Slot) {
        if !sideBySide {
            let old = serving
            serving?.phase = .cold
            route()
            giveUp(old)
            swapCurrent(to: slot.release)
        }
        let phase = start(slot.release)
        candidate?.phase = phase
    }

    /// The candidate is ready: it gets the traffic, on probation.
    mutating func promoteCandidate(_ backend: BackendID, at now: Instant) {
        guard var slot = candidate else { return }
        slot.phase = .up(backend, since: now)
        slot.failures = 0
        slot.fault = nil
        let superseded: Slot?
        if record.probation?.fallback != nil {
            // What served until now was on probation itself, so it is no fallback for its successor.
            superseded = serving
        } else {
            // If there is one, an older release that was to serve in the stead of one that does not run.
            superseded = fallback
            fallback = serving
        }
        serving = slot
        candidate = nil
        refuseSuspects()
        record.serving = slot.target
        record.probation = Probation(fallback: fallback?.target, until: now + rules.bake)
        record.attempt = nil
        route()
        if sideBySide { swapCurrent(to: slot.release) }
        giveUp(superseded)
    }

    mutating func candidateFailed(_ reason: String, inRelease: Bool, at now: Instant) {
        note(reason, inRelease: inRelease, of: \.candidate, at: now)
        guard let slot = candidate else { return }
        // The agent lived to see it fail, so this is not what ends the agent.
        record.attempt?.begun = 1
        record.attempt?.lastFailure = String(decoding: reason.utf8.prefix(Limits.textBytes), as: UTF8.self)
        if inRelease { record.attempt?.failures += 1 }
        let isGivenUp = inRelease && record.attempt?.failures ?? slot.failures >= rules.attempts
        if isGivenUp, serving != nil {
            refuse(slot.target, reason, at: now)
            dropCandidate(at: now)
        } else if isGivenUp, hasStandIns {
            passOver(slot.target, reason, at: now)
        } else {
            // With nothing else to serve, a release that fails is still better tried again than given up.
            pause(\.candidate, at: now)
            restoreInPlace()
        }
    }

    /// In place, the old release was stopped for the new one: bring it back.
    private mutating func restoreInPlace() {
        guard let slot = serving, slot.phase == .cold else { return }
        serving?.phase = .materializing
        actions.append(.materialize(slot.release))
    }
}
