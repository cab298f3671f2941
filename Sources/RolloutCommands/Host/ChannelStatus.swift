import ReleaseStore
import RolloutCore

/// Where a channel stands.
struct ChannelStatus: Encodable, Sendable {
    var channel: ChannelName
    var target: ReleaseName
    var decision: UInt64
    var isHeld: Bool
    /// Who holds it; `nil` when it is not held, or that is long ago.
    var heldBy: RecordNote?
    var freezes: [FreezeWindow]
    /// When the freeze that holds now ends.
    var frozenUntil: Instant?
    /// The open wave, from 1 (0 while the first waits for approval), and how many there are; `nil` when nothing is rolling out.
    var wave: Int?
    var waves: Int?
    /// How far its live hosts are; `nil` for a moment in the past, of which nobody knows.
    var progress: RolloutProgress?
    /// The open rollout; `nil` when there is none, and for a moment in the past.
    var rollout: RolloutStatus?
    /// What a rollback without `--to` returns to.
    var fallback: ReleaseName?
    /// Live hosts that serve it, or have a checked local copy of it.
    var readyHosts: Int?

    init(_ name: ChannelName, _ state: ChannelState, labels: ReleaseLabels, now: Instant, progress: RolloutProgress?) {
        self.channel = name
        self.target = labels.name(state.target)
        self.decision = state.decision
        self.isHeld = state.held
        self.freezes = state.frozen
        self.frozenUntil = state.frozenUntil(at: now)
        self.wave = state.rollout.map { ($0.openWave ?? -1) + 1 }
        self.waves = state.rollout?.plan.waves.count
        self.progress = progress
        self.fallback = state.rollbackTarget.map(labels.name)
    }

    var text: String {
        var text = "channel \(channel): \(target.text), since record \(decision)"
        if let wave, let waves { text += wave == 0 ? ", no wave of \(waves) open yet" : ", wave \(wave) of \(waves)" }
        if isHeld { text += ", HELD" }
        if let frozenUntil { text += ", FROZEN until \(frozenUntil)" }
        if let progress { text += "; \(progress.text)" }
        return text
    }

    /// With what a person should know beyond the first line.
    func lines(now: Instant) -> [String] {
        var facts = FactList()
        if let heldBy { facts.add("    held", heldBy.text) }
        let coming = freezes.filter { !$0.isOver(at: now) }
        if !coming.isEmpty { facts.add("    freezes", coming.map(\.description).joined(separator: ", ")) }
        rollout?.add(to: &facts, now: now, told: heldBy)
        if let fallback {
            let live = progress?.hosts ?? 0
            let ready = readyHosts.flatMap { live > 0 ? ", which \($0) of \(live.hosts) serve or keep ready" : nil } ?? ""
            facts.add("    goes back to", fallback.text + ready)
        }
        return ["  " + text] + facts.text.split(separator: "\n").map(String.init)
    }
}

/// A release that no host may run.
struct QuarantinedRelease: Encodable, Sendable {
    var release: ReleaseName
    /// Who forbade it; `nil` when that is long ago.
    var record: RecordNote?
}

/// A host that is kept at a release.
struct PinnedHost: Encodable, Sendable {
    var host: HostID
    var release: ReleaseName
    /// Who pinned it.
    var record: RecordNote?
}
