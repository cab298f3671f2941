/// Moving to a target.
extension Deployment {
    mutating func decided(_ decision: Decision, head: AcceptedHead?, at now: Instant) {
        self.decision = decision
        if let head, head.sequence >= record.accepted?.sequence ?? 0 { record.accepted = head }
        guard let target = decision.target else {
            dropCandidate()
            record.attempt = nil
            return
        }
        if target.release == serving?.release {
            dropCandidate()
            record.serving?.decision = target.decision
            serving?.target.decision = target.decision
        } else if target.release == candidate?.release {
            candidate?.target.decision = target.decision
            record.attempt?.target.decision = target.decision
        } else if target.release == fallback?.release, record.probation != nil {
            // Called back while it bakes: the proven release is still there.
            dropCandidate()
            returnToFallback(decision: target.decision, at: now)
        } else {
            dropCandidate()
            begin(target, at: now)
        }
    }

    private mutating func dropCandidate() {
        guard let slot = candidate else { return }
        candidate = nil
        record.attempt = nil
        actions.append(.cancelMaterialize(slot.release))
        if let backend = slot.backend { actions.append(.kill(backend)) }
        if !sideBySide, slot.backend != nil { restoreInPlace() }
    }

    private mutating func begin(_ target: Target, at now: Instant) {
        if var attempt = record.attempt, attempt.target == target {
            attempt.begun += 1
            record.attempt = attempt
            if attempt.begun > rules.interruptions, serving != nil {
                return refuse(target, "The agent ended \(rules.interruptions) times while moving to it.", at: now)
            }
        } else {
            record.attempt = Attempt(target: target, since: now)
        }
        candidate = Slot(target: target)
        actions.append(.materialize(target.release))
    }

    /// The candidate has a verified copy: start it, beside the old one or in its place.
    mutating func startCandidate(_ slot: Slot) {
        candidate = slot
        if !sideBySide {
            let old = serving?.backend
            serving?.phase = .waiting(until: .distantFuture)
            route()
            if let old { actions.append(.retire(old)) }
            actions.append(.swapCurrent(slot.release))
        }
        let phase = start(slot.release)
        candidate?.phase = phase
    }

    /// The candidate is ready: it gets the traffic, on probation.
    mutating func promoteCandidate(_ slot: Slot, at now: Instant) {
        let previous = serving
        var retired: BackendID?
        if let fallback, record.probation != nil {
            // What served until now was on probation itself, so it is no fallback for its successor.
            retired = previous?.backend
            self.fallback = fallback
        } else {
            self.fallback = previous
        }
        serving = slot
        candidate = nil
        let until = now + rules.bake
        record.serving = slot.target
        record.probation = Probation(fallback: fallback?.target, until: until)
        record.attempt = nil
        route()
        actions.append(.swapCurrent(slot.release))
        if let retired { actions.append(.retire(retired)) }
        actions.append(.wake(at: until))
    }

    /// The candidate failed for a reason that may lie in it.
    mutating func candidateFailed(_ slot: Slot, _ reason: String, at now: Instant) {
        record.attempt?.failures += 1
        record.attempt?.lastFailure = reason
        let failures = record.attempt?.failures ?? slot.failures + 1
        // With nothing else to serve, a release that fails is still better tried again than given up.
        if failures >= rules.attempts, serving != nil {
            candidate = nil
            refuse(slot.target, reason, at: now)
            if !sideBySide { restoreInPlace() }
        } else {
            if !sideBySide, slot.backend != nil { restoreInPlace() }
            candidate = slot
            pause(\.candidate, reason, at: now)
        }
    }

    /// In place, the old release was stopped for the new one: bring it back.
    mutating func restoreInPlace() {
        guard let slot = serving, slot.ready == nil else { return }
        serving?.phase = .materializing
        actions.append(.materialize(slot.release))
    }
}
