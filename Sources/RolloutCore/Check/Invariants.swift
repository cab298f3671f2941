/// The laws that can be decided on values: each function returns the first one that is broken, in words, or `nil`.
///
/// For tests, for the simulator, and for `wasmrollout verify`.
package enum Invariants {
    /// What must hold in every host record, whatever happened to the host.
    package static func violation(in record: HostRecord) -> String? {
        if record.format != HostRecord.currentFormat {
            return "the host record's format is \(record.format), this version reads \(HostRecord.currentFormat)"
        }
        if record.serving == nil, record.probation != nil { return "a release bakes, but none serves" }
        if record.serving != nil, record.suspects != nil { return "a release serves, and others are still suspects" }
        if let suspects = record.suspects {
            if Set(suspects.map(\.release)).count != suspects.count { return "a release is a suspect twice" }
            if let attempt = record.attempt, suspects.contains(where: { $0.release == attempt.target.release }) {
                return "release \(attempt.target.release.short) was passed over, and is tried"
            }
        }
        if let fallback = record.probation?.fallback, fallback.release == record.serving?.release {
            return "release \(fallback.release.short) bakes with itself to fall back to"
        }
        if let serving = record.serving, record.probation == nil, !record.proven.contains(serving.release) {
            return "release \(serving.release.short) serves without having survived a bake, and does not bake"
        }
        if let attempt = record.attempt, attempt.target.release == record.serving?.release {
            return "the host moves to release \(attempt.target.release.short), which it serves already"
        }
        for target in [record.serving, record.probation?.fallback, record.attempt?.target].compactMap({ $0 })
        where isRefused(target, by: record) {
            return "release \(target.release.short) was refused under record \(target.decision), and is used under it"
        }
        if Set(record.refused.map(\.release)).count != record.refused.count { return "a release is refused twice" }
        if Set(record.proven).count != record.proven.count { return "a release is proven twice" }
        if record.refused.count > HostRecord.refusalLimit || record.proven.count > HostRecord.provenLimit {
            return "the host record remembers more than it should"
        }
        return nil
    }

    /// What must hold between a host record and one saved later, unless an operator has said that another log is right.
    package static func violation(from older: HostRecord, to newer: HostRecord) -> String? {
        if older.app != newer.app { return "the host record changed from app '\(older.app)' to '\(newer.app)'" }
        guard let before = older.accepted else { return nil }
        guard let after = newer.accepted else { return "the accepted record \(before.sequence) was forgotten" }
        if after.sequence < before.sequence {
            return "the accepted record went down from \(before.sequence) to \(after.sequence)"
        }
        if after.sequence == before.sequence, after != before { return "record \(before.sequence) was accepted in two forms" }
        return nil
    }

    /// What must hold in a deployment after every event.
    package static func violation(in deployment: Deployment) -> String? {
        let (serving, fallback, candidate) = (deployment.serving, deployment.fallback, deployment.candidate)
        let record = deployment.record
        if let violation = violation(in: record) { return violation }
        let releases = [serving, fallback, candidate].compactMap { $0?.release }
        if Set(releases).count != releases.count { return "a release has two roles" }
        if serving?.target != record.serving { return "what serves is not what the host record says" }
        // An attempt from before a restart is taken up by the first decision.
        if candidate?.target != record.attempt?.target, candidate != nil || deployment.decision != nil {
            return "what the host moves to is not what its record says"
        }
        if let probation = record.probation {
            if probation.fallback != fallback?.target { return "what would be fallen back to is not what the host record says" }
        } else if let fallback {
            if serving?.ready != nil { return "release \(fallback.release.short) runs beside one that is proven and ready" }
        }
        for slot in [serving, fallback, candidate].compactMap({ $0 }) {
            if let backend = slot.backend, backend.release != slot.release {
                return "a backend runs another release than its role"
            }
            if isRefused(slot.target, by: record) { return "release \(slot.release.short) was refused, and is tried" }
        }
        if candidate?.ready != nil { return "the candidate is ready and does not serve" }
        if [serving, fallback].contains(where: { $0?.asking != nil }) { return "a gate is asked about what is no candidate" }
        if candidate?.asking != nil, !deployment.rules.gated { return "a gate is asked, and this host has none" }
        if serving?.ready == nil, fallback?.ready != nil, serving?.failures ?? 0 > 0 {
            return "what serves is down, its fallback is ready and does not serve"
        }
        return deployment.sideBySide ? nil : violation(inPlace: deployment)
    }

    private static func violation(inPlace deployment: Deployment) -> String? {
        let backends = [deployment.serving, deployment.fallback, deployment.candidate].compactMap { $0?.backend }
        if backends.count > 1 { return "two backends run in one place" }
        if let fallback = deployment.fallback, fallback.phase != .cold { return "in place, the fallback is not cold" }
        if deployment.serving?.phase == .cold, deployment.candidate?.backend == nil { return "the place is empty" }
        return nil
    }

    /// What must hold between a deployment and the host that it runs on, whenever every action has been begun.
    package static func violation(in deployment: Deployment, on host: HostView) -> String? {
        if let violation = violation(in: deployment) { return violation }
        for backend in host.running
        where ![deployment.serving, deployment.fallback, deployment.candidate].contains(where: {
            $0?.backend == backend
        }) {
            return "backend \(backend) runs and has no role"
        }
        if let backend = host.traffic, backend != deployment.serving?.ready, backend != deployment.fallback?.ready {
            return "traffic goes to \(backend), which is not a ready backend that serves or is fallen back to"
        }
        if let ready = deployment.serving?.ready ?? deployment.fallback?.ready, host.traffic != ready {
            return "backend \(ready) is ready and gets no traffic"
        }
        if host.hasServed, host.traffic == nil, reasonForSilence(of: deployment) == nil {
            return "no backend is ready, and the host does not say why"
        }
        if let current = host.current, !host.verified.contains(current) {
            return "`current` names release \(current.short), which was not verified"
        }
        return nil
    }

    /// Why no backend is ready; `nil` when there is no reason.
    package static func reasonForSilence(of deployment: Deployment) -> String? {
        guard let slot = deployment.serving ?? deployment.candidate else { return "No release was decided on yet." }
        let stood =
            deployment.record.suspects?.last.map { " It stands in for \($0.release.short), which failed: \($0.reason)" } ?? ""
        return phaseReason(of: slot, in: deployment).map { $0 + stood }
    }

    private static func phaseReason(of slot: Slot, in deployment: Deployment) -> String? {
        switch slot.phase {
        case .materializing: return "Release \(slot.release.short) is being copied and verified."
        case .starting: return "Release \(slot.release.short) is starting."
        case .asking: return "Release \(slot.release.short) waits for this host's gate."
        case .waiting(let until):
            let failure = slot.lastFailure ?? "It failed."
            return "Release \(slot.release.short) is tried again at \(until): \(failure)"
        case .cold:
            guard let candidate = deployment.candidate else { return nil }
            return "Release \(candidate.release.short) is starting in place of \(slot.release.short)."
        case .up: return nil
        }
    }

    private static func isRefused(_ target: Target, by record: HostRecord) -> Bool {
        record.refused.contains { $0.release == target.release && $0.decision == target.decision }
    }
}
