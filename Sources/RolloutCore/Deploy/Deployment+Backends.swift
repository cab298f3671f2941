/// What becomes of local copies and backends, for each role.
extension Deployment {
    mutating func materialized(_ release: Digest) {
        if serving?.release == release, serving?.phase == .materializing {
            swapCurrent(to: release)
            let phase = start(release)
            serving?.phase = phase
        } else if fallback?.release == release, fallback?.phase == .materializing {
            let phase = start(release)
            fallback?.phase = phase
        } else if let slot = candidate, slot.release == release, slot.phase == .materializing {
            candidateMaterialized(slot)
        }
    }

    mutating func materializeFailed(_ release: Digest, _ cause: FailureCause, _ reason: String, at now: Instant) {
        let inRelease = cause == .release
        if candidate?.release == release, candidate?.phase == .materializing {
            candidateFailed(reason, inRelease: inRelease, at: now)
        } else if serving?.release == release, serving?.phase == .materializing {
            servingFailed(reason, inRelease: inRelease, at: now)
        } else if fallback?.release == release, fallback?.phase == .materializing {
            fallbackFailed(reason, inRelease: inRelease, at: now)
        }
    }

    mutating func ready(_ backend: BackendID, at now: Instant) {
        if candidate?.phase == .starting(backend) {
            candidateReady(backend, at: now)
        } else if serving?.phase == .starting(backend) {
            servingReady(backend, at: now)
        } else if fallback?.phase == .starting(backend) {
            fallbackReady(backend, at: now)
        }
    }

    /// It never got ready.
    mutating func failed(_ backend: BackendID, _ cause: FailureCause, _ reason: String, at now: Instant) {
        let inRelease = cause == .release
        if candidate?.backend == backend {
            if candidate?.asking == backend { actions.append(.cancelGate(backend)) }
            candidateFailed(reason, inRelease: inRelease, at: now)
        } else if serving?.phase == .starting(backend) {
            servingFailed(reason, inRelease: inRelease, at: now)
        } else if fallback?.phase == .starting(backend) {
            fallbackFailed(reason, inRelease: inRelease, at: now)
        }
    }

    mutating func exited(_ backend: BackendID, _ reason: String, at now: Instant) {
        if serving?.ready == backend {
            servingFailed(reason, inRelease: true, at: now)
        } else if fallback?.ready == backend {
            fallbackFailed(reason, inRelease: true, at: now)
        } else {
            // Ended before it said it was ready, or before its gate had answered.
            failed(backend, .release, reason, at: now)
        }
    }

    mutating func foundUnhealthy(_ backend: BackendID, _ reason: String, at now: Instant) {
        // Outside its bake a release is not given up for what its probes say: the fault may lie in what it depends on.
        guard serving?.ready == backend, record.probation?.fallback != nil else { return }
        if sideBySide, fallback?.ready == nil {
            // It answers badly, which is still better than nothing: given up when the fallback is ready.
            serving?.fault = reason
            serving?.lastFailure = reason
        } else {
            returnToFallback(refusing: reason, at: now)
        }
    }

    // MARK: Serving

    private mutating func servingReady(_ backend: BackendID, at now: Instant) {
        serving?.phase = .up(backend, since: now)
        serving?.fault = nil
        var spare: Slot?
        if record.probation == nil {
            // An older release was being brought up in its stead.
            spare = fallback
            fallback = nil
        } else {
            // A bake counts from when the release serves, not through an outage of it or of the agent.
            record.probation?.until = now + rules.bake
        }
        route()
        giveUp(spare)
    }

    /// The serving release is not running: go back, or bring it up again.
    private mutating func servingFailed(_ reason: String, inRelease: Bool, at now: Instant) {
        let crashed = serving?.ready != nil
        note(reason, inRelease: inRelease, of: \.serving, at: now)
        guard let slot = serving else { return }
        if record.probation?.fallback != nil {
            let isReturnDue = sideBySide ? fallback?.ready != nil : crashed || slot.failures >= rules.attempts
            if isReturnDue { return returnToFallback(refusing: slot.fault, at: now) }
        }
        if crashed, slot.failures == 1 {
            // The first crash in a while: no pause, requests are being held.
            serving?.phase = .materializing
            actions.append(.materialize(slot.release))
        } else {
            pause(\.serving, at: now)
        }
        if crashed { route() }
        if slot.failures > rules.attempts { bringUpAnOlderOne(beside: slot) }
    }

    /// What serves does not stay up, and there is nothing to fall back to: what is older may run.
    private mutating func bringUpAnOlderOne(beside slot: Slot) {
        guard sideBySide, fallback == nil, let older = nextOlder(after: slot.release) else { return }
        fallback = Slot(target: Target(release: older, decision: slot.target.decision))
        record.probation?.fallback = fallback?.target
        actions.append(.materialize(older))
    }

    /// The next older release that may be fallen back to, beginning anew after the oldest: what was proven here, then what was
    /// promoted elsewhere. Where a gate decides what gets traffic, only what it let in before: a fallback is not asked about.
    private func nextOlder(after release: Digest) -> Digest? {
        let promoted = rules.gated ? [] : (decision?.standIns ?? []).map(\.release)
        let older = record.proven + promoted.filter { !record.proven.contains($0) }
        let position = older.firstIndex(of: release).map { $0 + 1 } ?? 0
        let taken = [serving, fallback, candidate].compactMap { $0?.release }
        let quarantined = record.accepted?.state.quarantined ?? []
        return (older[position...] + older[..<position]).first { older in
            !taken.contains(older) && !quarantined.contains(older) && !record.refused.contains { $0.release == older }
        }
    }

    // MARK: Fallback

    mutating func fallbackReady(_ backend: BackendID, at now: Instant) {
        fallback?.phase = .up(backend, since: now)
        fallback?.fault = nil
        guard let slot = serving else { return }
        if slot.fault != nil || slot.ready == nil && slot.failures > 0 {
            returnToFallback(refusing: slot.fault, at: now)
        } else {
            route()
        }
    }

    private mutating func fallbackFailed(_ reason: String, inRelease: Bool, at now: Instant) {
        let crashed = fallback?.ready != nil
        note(reason, inRelease: inRelease, of: \.fallback, at: now)
        if sideBySide, let slot = fallback, slot.failures > rules.attempts, serving?.failures ?? 0 > 0 || serving?.fault != nil,
            let older = nextOlder(after: slot.release)
        {
            // Neither runs. The pauses go on growing from one to the next.
            fallback = Slot(target: Target(release: older, decision: slot.target.decision), failures: slot.failures)
            record.probation?.fallback = fallback?.target
        }
        pause(\.fallback, at: now)
        if crashed { route() }
    }
}
