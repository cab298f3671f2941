import Gateway
import Hosts
import ReleaseStore
import RolloutCore

/// Makes an app's status: what goes to the volume, what `/status` shows, and what `why` explains.
struct AppStatus: Sendable {
    let host: HostProfile
    let app: HostedApp
    let checksSignatures: Bool
    /// When the agent began; `nil`: nobody runs one.
    var began: Instant?

    /// A function host may be frozen or gone after any invocation, without a word: so long it counts.
    private static let functionLease: Duration = .seconds(300)

    func status(volume: VolumeView, isStopping: Bool, leaving: String?, now: Instant) -> HostStatus {
        let view = app.agent.view
        let deployment = view.deployment
        var status = HostStatus(
            host: host.id, app: app.section.name, channel: app.section.channel, kind: host.kind.rawValue,
            health: health(view, isStopping: isStopping || leaving != nil), checksSignatures: checksSignatures,
            agentVersion: AgentVersion.current, updated: now)
        if deployment.serving?.ready != nil {
            status.serving = deployment.serving?.target
            status.servingSince = view.since
            if let probation = deployment.record.probation, probation.fallback != nil { status.bakingUntil = probation.until }
        } else if deployment.fallback?.ready != nil {
            status.serving = deployment.fallback?.target
        }
        status.attempting =
            deployment.candidate?.target ?? (deployment.serving?.ready == nil ? deployment.serving?.target : nil)
        status.note = [leaving.map { "It takes no more traffic: \($0)." }, note(view, volume)].compactMap(\.self).joined(
            separator: " ")
        status.began = began
        status.labels = host.labels.isEmpty ? nil : host.labels
        status.evidence = app.agent.evidence.evidence(of: status.serving?.release, app.gateway?.metrics())
        status.fallback = app.fallback.readiness
        if host.kind == .function { status.leaseUntil = now + Self.functionLease }
        status.acceptedSequence = deployment.record.accepted?.sequence ?? 0
        status.acceptedDigest = deployment.record.accepted?.digest
        status.refused = deployment.record.refused
        status.blocked = volume.refusal.map { BlockedRecord($0) }
        status.volumeSeen = volume.lastAnswer
        status.gateway = app.gateway.map { "\(ListenAddress(host: $0.address.host, port: $0.address.port))" }
        return status
    }

    private func health(_ view: AppView, isStopping: Bool) -> HostStatus.Health {
        if isStopping { return .stopping }
        if view.isReady { return .ready }
        return view.deployment.serving?.failures ?? view.deployment.candidate?.failures ?? 0 > 0 ? .failing : .starting
    }

    /// The most pressing thing first.
    private func note(_ view: AppView, _ volume: VolumeView) -> String {
        let deployment = view.deployment
        var sentences: [String] = []
        if let problem = view.problem { sentences.append(problem) }
        if let slot = deployment.serving, slot.ready == nil, let failure = slot.lastFailure {
            sentences.append("\(slot.release.short) does not run: \(failure)")
        }
        if let slot = deployment.candidate, let failure = deployment.record.attempt?.lastFailure ?? slot.lastFailure {
            sentences.append("\(slot.release.short) failed so far: \(failure)")
        }
        if let problem = volume.problem { sentences.append(problem) }
        for suspect in deployment.record.suspects ?? [] {
            sentences.append("\(suspect.release.short) failed, so an older release is tried: \(suspect.reason)")
        }
        if let decision = deployment.decision {
            sentences.append(decision.reason(serving: (deployment.serving ?? deployment.fallback)?.release))
        }
        return sentences.joined(separator: " ")
    }
}
