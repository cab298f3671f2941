/// How a release goes through the fleet. It stands in the signed record that releases it, so every coordinator decides by the same plan,
/// and nobody who may only coordinate can weaken it.
package struct RolloutPlan: Hashable, Sendable {
    /// The last is everyone.
    package var waves: [Wave]
    /// Hosts that may fail with the release; with one more, it is rolled back.
    package var maxFailures: Int
    /// How many of the channel's hosts may be unavailable while it advances; with more, it waits.
    package var maxUnavailable: Share
    /// How long a host that was let in may take until it counts as unavailable. Whole milliseconds.
    package var patience: Duration
    /// A host that took the release, and went silent for so long before that had baked, has failed with it; `nil`: nothing is known of
    /// it, and when no other host serves the release, somebody must decide. Whole milliseconds, at least `shortestLoss`.
    package var lostAfter: Duration?
    /// What the gateways' numbers must show; `nil`: they are not asked.
    package var evidence: EvidencePolicy?

    package init(
        _ waves: [Wave], maxFailures: Int = 0, maxUnavailable: Share = .percent(25), patience: Duration = .seconds(600),
        lostAfter: Duration? = nil, evidence: EvidencePolicy? = nil
    ) {
        self.waves = waves
        self.maxFailures = maxFailures
        self.maxUnavailable = maxUnavailable
        self.patience = patience
        self.lostAfter = lostAfter
        self.evidence = evidence
    }

    /// Twice the time after which a host counts as silent, so that no restart of an agent, or of a machine, is taken for its end.
    package static let shortestLoss: Duration = .seconds(180)

    /// Every host at once, promoted at once.
    package static let allAtOnce = RolloutPlan([Wave(.everyone)])

    /// Waves of these sizes, without bakes.
    package init(sizes: [WaveSize]) { self.init(sizes.map { Wave($0) }) }

    /// Whether there is nothing to wait for: such a release is promoted by the record that releases it.
    package var isImmediate: Bool { waves.count == 1 && waves[0].bake == .zero && !waves[0].needsApproval }

    /// The first rule this plan breaks, in words; `nil` when it is sound.
    package var defect: String? {
        guard let last = waves.last, waves.count <= Limits.waves else { return "a rollout has 1 to \(Limits.waves) waves" }
        guard last.size == .everyone, last.group == nil else { return "the last wave must admit every host" }
        var largest: [LabelSelector?: WaveSize] = [:]
        for wave in waves {
            if let before = largest.updateValue(wave.size, forKey: wave.group), before >= wave.size {
                return "each wave must admit more hosts than the one before"
            }
            if wave.bake < .zero || wave.bake > Wave.longest { return "a bake is 0 to \(Wave.longest.text)" }
        }
        if !(0...10_000).contains(maxFailures) { return "0 to 10000 failures can be allowed" }
        if patience < .seconds(1) || patience > Wave.longest { return "the patience is 1s to \(Wave.longest.text)" }
        if let lostAfter, lostAfter < Self.shortestLoss || lostAfter > Wave.longest {
            return "a host is lost after \(Self.shortestLoss.text) to \(Wave.longest.text)"
        }
        return evidence?.defect
    }
}

extension RolloutPlan: Codable {
    private enum Key: String, CodingKey { case waves, maxFailures, maxUnavailable, patience, lostAfter, evidence }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.waves = try container.decode([Wave].self, forKey: .waves)
        self.maxFailures = try container.decode(Int.self, forKey: .maxFailures)
        self.maxUnavailable = try container.decode(Share.self, forKey: .maxUnavailable)
        self.patience = .milliseconds(try container.decode(Int64.self, forKey: .patience))
        self.lostAfter = try container.decodeIfPresent(Int64.self, forKey: .lostAfter).map { .milliseconds($0) }
        self.evidence = try container.decodeIfPresent(EvidencePolicy.self, forKey: .evidence)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(waves, forKey: .waves)
        try container.encode(maxFailures, forKey: .maxFailures)
        try container.encode(maxUnavailable, forKey: .maxUnavailable)
        try container.encode(patience.milliseconds, forKey: .patience)
        try container.encodeIfPresent(lostAfter?.milliseconds, forKey: .lostAfter)
        try container.encodeIfPresent(evidence, forKey: .evidence)
    }
}
