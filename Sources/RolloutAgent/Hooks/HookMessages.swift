import RolloutCore
import SystemPackage

/// Which hooks one event of a deployment calls for, besides the gate, and what they are told.
struct HookMessages {
    let app: AppSection
    let host: HostID
    /// Verified copies, as far as they are still known.
    let copies: [Digest: LocalCopy]

    func messages(before: Deployment, after: Deployment) -> [HookFacts] {
        var messages: [HookFacts] = []
        let refusals = after.record.refused.filter { !before.record.refused.contains($0) }
        // Oldest first.
        for refusal in refusals.reversed() {
            let target = Target(release: refusal.release, decision: refusal.decision)
            messages.append(facts(.onRefused, target, previous: after.serving?.release, reason: refusal.reason))
        }
        guard let now = after.serving, let old = before.serving, now.release != old.release else {
            if let now = after.serving, before.serving == nil, before.candidate?.release == now.release {
                messages.append(facts(.afterActivate, now.target, previous: nil, reason: reason(in: after)))
            }
            return messages
        }
        if before.candidate?.release == now.release {
            messages.append(facts(.afterActivate, now.target, previous: old.release, reason: reason(in: after)))
        } else {
            let refusal = refusals.first { $0.release == old.release }?.reason
            messages.append(
                facts(.onRollback, now.target, previous: old.release, reason: refusal ?? old.lastFailure ?? reason(in: after)))
        }
        return messages
    }

    /// What the gate is told about a candidate.
    func question(about candidate: Slot, at address: BackendAddress?, in deployment: Deployment) -> HookFacts {
        var facts = facts(
            .beforeActivate, candidate.target, previous: deployment.serving?.release, reason: reason(in: deployment))
        facts.candidate = address
        return facts
    }

    private func reason(in deployment: Deployment) -> String { deployment.decision?.reason ?? "" }

    private func facts(_ point: HookPoint, _ target: Target, previous: Digest?, reason: String) -> HookFacts {
        let copy = copies[target.release]
        return HookFacts(
            point: point, app: app.name, channel: app.channel, host: host, release: target.release,
            label: copy?.manifest.version ?? "", previous: previous, sequence: target.decision, reason: reason,
            directory: copy?.directory)
    }
}
