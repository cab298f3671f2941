import RolloutCore

/// What one host says about itself on the volume. Not signed: it informs people and the coordinator, and protects what a
/// host needs from being collected; no host acts on another's status beyond that.
package struct HostStatus: Codable, Hashable, Sendable {
    /// How well the host serves.
    package enum Health: String, Codable, Sendable {
        /// No backend is ready yet.
        case starting
        case ready
        /// No backend is ready any more; `note` says why.
        case failing
        /// It is draining to stop for good.
        case stopping
    }

    /// Of this structure. Another one is not read.
    package var format: Int
    package var host: HostID
    package var app: AppName
    package var channel: ChannelName
    /// `instance`, `container` or `function`.
    package var kind: String
    /// Where the host is and what it belongs to (`zone`, `region`, `task` and the like); `nil` when nothing is known.
    package var labels: [String: String]?
    package var serving: Target?
    /// Since when it serves that.
    package var servingSince: Instant?
    package var attempting: Target?
    /// Until when the serving release is on probation.
    package var bakingUntil: Instant?
    package var health: Health
    /// A sentence for people, e.g. why it does not serve its target.
    package var note: String
    /// The newest record it accepted, and its digest: hosts that were shown different logs can be told by it.
    package var acceptedSequence: UInt64
    package var acceptedDigest: Digest?
    /// Why it does not follow the log any further; `nil`: it does, as far as it can read it.
    package var blocked: BlockedRecord?
    /// Whether it checks signatures at all.
    package var checksSignatures: Bool
    /// Newest first; shortened as far as the file's fixed size demands.
    package var refused: [Refusal]
    /// When it last could read the volume.
    package var volumeSeen: Instant?
    /// Where the gateway listens, `address:port`.
    package var gateway: String?
    package var agentVersion: String
    /// When its agent began.
    package var began: Instant?
    /// The agent that wrote this, by a name of its own that it takes anew at each start.
    package var agent: String?
    /// Another agent that writes this status, too; `nil`: none is known.
    package var rival: RivalAgent?
    /// Seconds by which the host's clock is ahead of the volume's (negative: behind); `nil`: they agree, or it is not known.
    package var clockAhead: Int64?
    /// Until when it counts without another word; only for hosts that end without one.
    package var leaseUntil: Instant?
    /// The gateway's numbers for the serving release, and the one before.
    package var evidence: HostEvidence?
    /// The release it could go back to at once, when its local copy was last checked.
    package var fallback: CheckedRelease?
    package var updated: Instant

    package static let currentFormat = 1

    package init(
        host: HostID, app: AppName, channel: ChannelName, kind: String, health: Health, checksSignatures: Bool,
        agentVersion: String, updated: Instant
    ) {
        self.format = Self.currentFormat
        self.host = host
        self.app = app
        self.channel = channel
        self.kind = kind
        self.health = health
        self.note = ""
        self.acceptedSequence = 0
        self.checksSignatures = checksSignatures
        self.refused = []
        self.agentVersion = agentVersion
        self.updated = updated
    }

    /// Every release it needs or wants, for `collect`.
    package var releases: Set<Digest> {
        Set([serving?.release, attempting?.release, fallback?.release].compactMap(\.self) + refused.map(\.release))
    }

    /// What is wrong around the host although it serves, in sentences with what to do.
    package var warnings: [String] {
        var sentences: [String] = []
        if let rival {
            let facts = [rival.gateway.map { "at \($0)" }, rival.began.map { "begun at \($0)" }].compactMap(\.self)
            let which = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
            sentences.append(
                "Another agent\(which) reports as host '\(host)', too: each overwrites the other's status. "
                    + "Give every host an id of its own (host.id).")
        }
        if let clockAhead {
            let skew = ClockSkew(ahead: .seconds(clockAhead))
            let harm = skew.isHarmful ? ": it may refuse what is published, or take it for older than it is" : ""
            let idle = skew.forbidsCoordinating ? " It coordinates no rollout until then." : ""
            sentences.append("\(skew.words.firstUppercased)\(harm). \(ClockSkew.remedy)\(idle)")
        }
        return sentences
    }

    /// With its texts and lists cut to this size; the newest refusals stay.
    func shortened(refusals: Int, textBytes: Int) -> HostStatus {
        var status = self
        status.note = note.cut(toBytes: textBytes)
        status.kind = kind.cut(toBytes: 63)
        status.gateway = gateway?.cut(toBytes: 255)
        status.agent = agent?.cut(toBytes: 63)
        status.blocked?.reason = blocked?.reason.cut(toBytes: textBytes) ?? ""
        status.rival?.gateway = rival?.gateway?.cut(toBytes: 63)
        status.labels = labels.map { labels in
            let kept = labels.sorted { $0.key < $1.key }.prefix(min(16, textBytes / 10))
            return Dictionary(kept.map { ($0.cut(toBytes: 63), $1.cut(toBytes: min(128, textBytes))) }) { first, _ in first }
        }
        status.agentVersion = agentVersion.cut(toBytes: 63)
        status.refused = refused.prefix(refusals).map { refusal in
            Refusal(
                release: refusal.release, decision: refusal.decision, reason: refusal.reason.cut(toBytes: textBytes),
                at: refusal.at)
        }
        return status
    }
}

extension String {
    fileprivate var firstUppercased: String { prefix(1).uppercased() + dropFirst() }

    /// As many whole characters from the start as fit.
    fileprivate func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var result = ""
        for character in self {
            guard result.utf8.count + character.utf8.count <= limit - 3 else { break }
            result.append(character)
        }
        return result + "…"
    }
}
