/// The host's own word on a candidate, asked at the last moment at which a no costs the clients nothing.
///
/// Side by side that is when the candidate is ready and could get traffic: the gate can probe it. In place the candidate can only
/// run where the old one runs, so the gate is asked before the old one is stopped. Nothing of it is remembered: an agent that
/// begins again takes the attempt up again, and its gate is asked again.
extension Deployment {
    /// The candidate has a verified copy.
    mutating func candidateMaterialized(_ slot: Slot) {
        if rules.gated, !sideBySide { ask(nextBackend(of: slot.release), runs: false) } else { startCandidate(slot) }
    }

    /// The candidate's backend is ready.
    mutating func candidateReady(_ backend: BackendID, at now: Instant) {
        if rules.gated, sideBySide { ask(backend, runs: true) } else { promoteCandidate(backend, at: now) }
    }

    private mutating func ask(_ backend: BackendID, runs: Bool) {
        candidate?.phase = .asking(backend, runs: runs)
        actions.append(.askGate(backend))
    }

    mutating func gatePassed(_ backend: BackendID, at now: Instant) {
        guard let slot = candidate, case .asking(backend, let runs) = slot.phase else { return }
        if runs { promoteCandidate(backend, at: now) } else { startCandidate(slot) }
    }

    mutating func gateFailed(_ backend: BackendID, _ cause: FailureCause, _ reason: String, at now: Instant) {
        guard let slot = candidate, case .asking(backend, let runs) = slot.phase else { return }
        guard cause == .environment else {
            // A no is a no: it is not asked again under this decision.
            refuse(slot.target, reason, at: now)
            return dropCandidate(at: now)
        }
        if runs { actions.append(.kill(backend)) }
        candidateFailed(reason, inRelease: false, at: now)
    }
}
