/// A host that serves nothing, and whose target fails: it moves to the newest promoted release that it has not refused.
///
/// What failed is refused only when another release then serves: until something does, the fault may as well lie in what all of them
/// depend on. So with every release tried in vain it begins anew with the target, after a pause that grows.
extension Deployment {
    /// There is something else to run.
    var hasStandIns: Bool { decision?.standIns.isEmpty == false }

    /// What to move to: the target, or with nothing to serve what stands in for one that failed or is refused.
    mutating func wanted(by decision: Decision) -> Target? {
        // It may have been refused after this was planned.
        let target = decision.target.flatMap { isRefused($0) ? nil : $0 }
        guard serving == nil else { return target }
        let choices = ([target].compactMap(\.self) + decision.standIns).filter { !isRefused($0) }
        // What failed under an older decision gets its chance again.
        let suspects = (record.suspects ?? []).filter { $0.decision == choices.first?.decision }
        record.suspects = suspects.isEmpty ? nil : suspects
        if let next = choices.first(where: { choice in !suspects.contains { $0.release == choice.release } }) { return next }
        record.suspects = nil
        return choices.first
    }

    /// With nothing to serve, `target` was given up for now: the next one is tried.
    mutating func passOver(_ target: Target, _ reason: String, at now: Instant) {
        dropCandidate(at: now)
        guard let decision else { return }
        let reason = String(decoding: reason.utf8.prefix(Limits.textBytes), as: UTF8.self)
        record.suspects =
            (record.suspects ?? []) + [Refusal(release: target.release, decision: target.decision, reason: reason, at: now)]
        guard let next = wanted(by: decision) else { return }
        guard record.suspects == nil else { return begin(next, after: nil, at: now) }
        // Nothing runs. Each round waits longer.
        fruitlessRounds += 1
        record.attempt = Attempt(target: next, since: now)
        record.attempt?.lastFailure = reason
        candidate = Slot(target: next, failures: rules.attempts + fruitlessRounds, lastFailure: reason)
        pause(\.candidate, at: now)
    }

    /// A release serves: so those that failed before it did so by their own fault.
    mutating func refuseSuspects() {
        fruitlessRounds = 0
        guard let suspects = record.suspects else { return }
        record.suspects = nil
        for suspect in suspects.reversed() {
            refuse(Target(release: suspect.release, decision: suspect.decision), suspect.reason, at: suspect.at)
        }
    }
}
