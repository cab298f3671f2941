import Logging
import RolloutCore

/// What an operator reads in the log about a deployment: constant messages, facts as metadata.
enum DeploymentLog {
    struct Entry {
        var level: Logger.Level
        var message: String
        var metadata: Logger.Metadata
    }

    static func entries(_ event: DeploymentEvent, before: Deployment, after: Deployment) -> [Entry] {
        var entries: [Entry] = []
        func note(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
            entries.append(Entry(level: level, message: message, metadata: metadata))
        }
        if let target = after.candidate?.target, target.release != before.candidate?.release {
            note(.info, "Moving to a release", ["release": "\(target.release.short)", "decision": "\(target.decision)"])
        }
        if let serving = after.serving, serving.ready != nil, serving.ready != before.serving?.ready {
            note(.info, "Serving", ["release": "\(serving.release.short)", "backend": "\(serving.ready?.description ?? "")"])
        }
        if before.record.probation != nil, after.record.probation == nil, after.serving?.release == before.serving?.release,
            let release = after.serving?.release
        {
            note(.info, "Survived its bake", ["release": "\(release.short)"])
        }
        for refusal in after.record.refused where !before.record.refused.contains(refusal) {
            note(.error, "Refused a release", ["release": "\(refusal.release.short)", "reason": "\(refusal.reason)"])
        }
        for suspect in after.record.suspects ?? [] where before.record.suspects?.contains(suspect) != true {
            note(
                .error, "Passed over a release, with nothing to serve",
                ["release": "\(suspect.release.short)", "reason": "\(suspect.reason)"])
        }
        switch event {
        case .exited(let backend, let reason):
            if [before.serving?.backend, before.fallback?.backend].contains(backend) {
                note(.warning, "A backend ended", ["backend": "\(backend)", "reason": "\(reason)"])
            }
        case .materialized(let release): note(.debug, "Materialized a release", ["release": "\(release.short)"])
        case .failed(let backend, _, let reason):
            note(.warning, "A backend did not come up", ["backend": "\(backend)", "reason": "\(reason)"])
        case .materializeFailed(let release, _, let reason):
            note(.warning, "Could not materialize a release", ["release": "\(release.short)", "reason": "\(reason)"])
        case .foundUnhealthy(let backend, let reason):
            note(.warning, "A backend does not work", ["backend": "\(backend)", "reason": "\(reason)"])
        default: break
        }
        return entries
    }
}
