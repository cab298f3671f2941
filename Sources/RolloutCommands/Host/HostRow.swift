import ReleaseStore
import RolloutCore

/// One host's status as `status` and `why` show it.
struct HostRow: Encodable, Sendable {
    var host: HostID
    var kind: String
    var labels: [String: String]?
    var channel: ChannelName
    var serving: ReleaseName?
    var servingSince: Instant?
    var servingFor: String?
    var attempting: ReleaseName?
    var bakingUntil: Instant?
    var health: HostStatus.Health
    var note: String
    /// The newest record it accepted.
    var accepted: UInt64
    /// Why it accepts no more.
    var blocked: BlockedRecord?
    var volumeSeen: Instant?
    var volumeSeenAgo: String?
    var checksSignatures: Bool
    var refused: [Refusal]
    /// What it could go back to at once.
    var fallback: ReleaseName?
    /// When its local copy of that was last compared with the manifest.
    var fallbackChecked: Instant?
    /// The gateway's count of the serving release's answers.
    var requests: UInt64?
    var errors: UInt64?
    var gateway: String?
    var agentVersion: String
    /// Another agent that reports as this host.
    var rival: RivalAgent?
    var clockAhead: Int64?
    /// What is wrong although it serves.
    var warnings: [String]
    var reported: Instant
    var reportedAgo: String
    /// Whether it reported lately and does not stop.
    var isLive: Bool

    init(_ status: HostStatus, labels: ReleaseLabels, now: Instant) {
        self.host = status.host
        self.kind = status.kind
        self.labels = status.labels
        self.channel = status.channel
        self.serving = (status.serving?.release).map(labels.name)
        self.servingSince = status.servingSince
        self.servingFor = status.servingSince?.age(at: now)
        self.attempting = (status.attempting?.release).map(labels.name)
        self.bakingUntil = status.bakingUntil
        self.health = status.health
        self.note = status.note
        self.accepted = status.acceptedSequence
        self.blocked = status.blocked
        self.volumeSeen = status.volumeSeen
        self.volumeSeenAgo = status.volumeSeen?.age(at: now)
        self.checksSignatures = status.checksSignatures
        self.refused = status.refused
        self.fallback = (status.fallback?.release).map(labels.name)
        self.fallbackChecked = status.fallback?.at
        if let sample = status.evidence?.current, sample.release == status.serving?.release {
            self.requests = sample.requests
            self.errors = sample.errors
        }
        self.gateway = status.gateway
        self.agentVersion = status.agentVersion
        self.rival = status.rival
        self.clockAhead = status.clockAhead
        self.warnings = status.warnings
        self.reported = status.updated
        self.reportedAgo = status.updated.age(at: now)
        self.isLive = status.isLive(at: now)
    }

    var healthText: String {
        if !isLive, health != .stopping { return "GONE?" }
        return bakingUntil != nil && health == .ready ? "baking" : health.rawValue
    }

    /// What a person should know beyond the table.
    /// - Parameter target: its channel's.
    func remarks(newest: UInt64, target: Digest?) -> [String] {
        var remarks: [String] = []
        if !isLive, health != .stopping { remarks.append("has not reported for \(reportedAgo); it may be gone.") }
        remarks += warnings
        if accepted < newest, isLive { remarks.append("has accepted record \(accepted), the newest is \(newest).") }
        if health != .ready || attempting != nil || serving?.release != target, !note.isEmpty {
            remarks.append(note)
        } else if let blocked {
            remarks.append(blocked.reason)
        } else if let refusal = refused.first {
            remarks.append("refused \(refusal.release.short) at \(refusal.at): \(refusal.reason)")
        }
        if !checksSignatures { remarks.append("checks no signatures (trust = \"none\").") }
        return remarks
    }
}
