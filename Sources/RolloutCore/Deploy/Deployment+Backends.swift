/// What becomes of local copies and backends, for each role.
extension Deployment {
    mutating func materialized(_ release: Digest) {
        if var slot = serving, slot.release == release, slot.phase == .materializing {
            actions.append(.swapCurrent(release))
            slot.phase = start(release)
            serving = slot
        }
        if var slot = fallback, slot.release == release, slot.phase == .materializing {
            slot.phase = start(release)
            fallback = slot
        }
        if let slot = candidate, slot.release == release, slot.phase == .materializing { startCandidate(slot) }
    }

    mutating func materializeFailed(_ release: Digest, _ failure: MaterializeFailure, _ reason: String, at now: Instant) {
        if let slot = candidate, slot.release == release, slot.phase == .materializing {
            switch failure {
            case .content: candidateFailed(slot, reason, at: now)
            case .environment:
                record.attempt?.lastFailure = reason
                pause(\.candidate, reason, at: now)
            }
        }
        if let slot = serving, slot.release == release, slot.phase == .materializing { servingDown(slot, reason, at: now) }
        if fallback?.release == release, fallback?.phase == .materializing { pause(\.fallback, reason, at: now) }
    }

    mutating func ready(_ backend: BackendID, at now: Instant) {
        if var slot = candidate, slot.phase == .starting(backend) {
            slot.phase = .up(backend, since: now)
            slot.failures = 0
            promoteCandidate(slot, at: now)
        } else if serving?.phase == .starting(backend) {
            serving?.phase = .up(backend, since: now)
            if record.probation == nil, let spare = fallback {
                // An older release was being brought up in its stead.
                fallback = nil
                if let backend = spare.backend { actions.append(.kill(backend)) }
            }
            route()
            if let probation = record.probation {
                // A bake counts from when the release serves again, not through an outage of the agent.
                let until = now + rules.bake
                record.probation?.until = probation.fallback == nil ? min(probation.until, until) : until
                actions.append(.wake(at: record.probation?.until ?? until))
            }
        } else if fallback?.phase == .starting(backend) {
            fallback?.phase = .up(backend, since: now)
            if let slot = serving, slot.ready == nil, slot.failures > 0 {
                returnToFallback(refusing: slot.lastFailure ?? "It does not run any more.", at: now)
            } else {
                route()
            }
        }
    }

    mutating func failed(_ backend: BackendID, _ reason: String, at now: Instant) {
        if let slot = candidate, slot.phase == .starting(backend) {
            candidateFailed(slot, reason, at: now)
        } else if let slot = serving, slot.phase == .starting(backend) {
            servingDown(slot, reason, at: now)
        } else if fallback?.phase == .starting(backend) {
            pause(\.fallback, reason, at: now)
        }
    }

    mutating func exited(_ backend: BackendID, _ reason: String, at now: Instant) {
        if let slot = serving, slot.ready == backend {
            servingDown(slot, reason, at: now)
        } else if fallback?.ready == backend {
            pause(\.fallback, reason, at: now)
            route()
        } else {
            // Ended before it said it was ready.
            failed(backend, reason, at: now)
        }
    }

    mutating func foundUnhealthy(_ backend: BackendID, _ reason: String, at now: Instant) {
        // Outside its bake a release is not given up for what its probes say: the fault may lie in what it depends on.
        guard serving?.ready == backend, record.probation?.fallback != nil, fallback?.ready != nil || !sideBySide else { return }
        returnToFallback(refusing: reason, at: now)
    }

    /// The serving release is not running: go back, or bring it up again.
    private mutating func servingDown(_ slot: Slot, _ reason: String, at now: Instant) {
        if record.probation?.fallback != nil {
            let inPlaceEnough = !sideBySide && (slot.ready != nil || slot.failures + 1 >= rules.attempts)
            if fallback?.ready != nil || inPlaceEnough { return returnToFallback(refusing: reason, at: now) }
        }
        if slot.ready != nil, slot.failures == 0 {
            // The first crash in a while: no pause, requests are being held.
            serving?.failures = 1
            serving?.lastFailure = reason
            serving?.phase = .materializing
            actions.append(.materialize(slot.release))
        } else {
            pause(\.serving, reason, at: now)
        }
        route()
        if slot.failures >= rules.attempts, fallback == nil, record.probation == nil { bringBackAnOlderOne() }
    }

    /// A proven release no longer comes up: what was proven before it may.
    private mutating func bringBackAnOlderOne() {
        guard sideBySide, let release = record.proven.first(where: { $0 != serving?.release }), let target = serving?.target else {
            return
        }
        let older = Target(release: release, decision: target.decision)
        fallback = Slot(target: older)
        actions.append(.materialize(release))
    }

    /// Traffic goes back to the fallback, for good. With a reason, the serving release is refused; without, it was called back.
    mutating func returnToFallback(refusing reason: String? = nil, decision: UInt64? = nil, at now: Instant) {
        guard var back = fallback, let bad = serving else { return }
        if let reason { refuse(bad.target, reason, at: now) }
        if let decision { back.target.decision = decision }
        fallback = nil
        serving = back
        record.serving = back.target
        record.probation = nil
        if back.ready == nil, back.backend == nil {
            serving?.phase = .materializing
            actions.append(.materialize(back.release))
        }
        route()
        actions.append(.swapCurrent(back.release))
        if let backend = bad.backend { actions.append(.retire(backend)) }
    }
}
