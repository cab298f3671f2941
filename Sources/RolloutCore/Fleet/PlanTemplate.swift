/// A plan as people ask for it, on the command line or by a name in the volume's settings. What counts is the `RolloutPlan` that is made
/// of it for the fleet as it is then, and signed with the record.
package struct PlanTemplate: Hashable, Sendable {
    package var waves: [WaveGoal]
    /// One for each wave, or one for all.
    package var bakes: [Duration]
    package var maxFailures: Int
    package var maxUnavailable: Share
    package var patience: Duration
    package var lostAfter: Duration?
    package var evidence: EvidencePolicy?

    package init(
        waves: [WaveGoal] = [WaveGoal(.share(.all))], bakes: [Duration] = [.zero], maxFailures: Int = 0,
        maxUnavailable: Share = .percent(25), patience: Duration = .seconds(600),
        lostAfter: Duration? = nil, evidence: EvidencePolicy? = nil
    ) {
        self.waves = waves
        self.bakes = bakes
        self.maxFailures = maxFailures
        self.maxUnavailable = maxUnavailable
        self.patience = patience
        self.lostAfter = lostAfter
        self.evidence = evidence
    }

    /// Every host at once.
    package static let allAtOnce = PlanTemplate()

    /// One host, a tenth, half, all; two minutes between them, and an eye on the numbers. A host that dies of it has failed.
    package static let careful = PlanTemplate(
        waves: [WaveGoal(.hosts(1)), WaveGoal(.share(.percent(10))), WaveGoal(.share(.percent(50))), WaveGoal(.share(.all))],
        bakes: [.seconds(120)], maxFailures: 1, lostAfter: .seconds(600), evidence: EvidencePolicy())

    /// The plans that need no settings.
    package static let named: [String: PlanTemplate] = ["all-at-once": allAtOnce, "careful": careful]

    /// The first rule it breaks, in words; `nil` when it is sound.
    package var defect: String? {
        guard let last = waves.last, waves.count <= Limits.waves else { return "a rollout has 1 to \(Limits.waves) waves" }
        guard last.amount == .share(.all), last.group == nil else { return "the last wave must be 100%" }
        guard bakes.count == 1 || bakes.count == waves.count else {
            return "there must be one bake for all waves, or one for each"
        }
        var goals = Set<WaveGoal>()
        if !waves.allSatisfy({ goals.insert(WaveGoal($0.amount, group: $0.group)).inserted }) {
            return "two waves are the same"
        }
        return plan(hosts: []).defect
    }

    /// The plan for a fleet of these hosts.
    ///
    /// A wave of so many hosts ends after the rank of the last of them; a share is as many of the fleet, rounded up. A wave that would
    /// admit nobody whom those before it do not is left out, and its approval is asked for at the next. With no hosts, a share is that
    /// share of all ranks, and a count is taken as percent.
    package func plan(hosts: [(rank: Int, labels: [String: String])]) -> RolloutPlan {
        var result: [Wave] = []
        var largest: [LabelSelector?: WaveSize] = [:]
        var owedApproval = false
        for (index, goal) in waves.enumerated() {
            let ranks = hosts.filter { goal.group?.matches($0.labels) ?? true }.map(\.rank).sorted()
            let size = index == waves.count - 1 ? .everyone : Self.size(goal.amount, ranks: ranks)
            let isNew = largest[goal.group].map { $0 < size } ?? true
            let needsApproval = goal.needsApproval || owedApproval
            owedApproval = needsApproval && !isNew
            guard isNew else { continue }
            largest[goal.group] = size
            let bake = bakes.count == waves.count ? bakes[index] : bakes.first ?? .zero
            result.append(Wave(size, group: goal.group, bake: bake, needsApproval: needsApproval))
        }
        return RolloutPlan(
            result, maxFailures: maxFailures, maxUnavailable: maxUnavailable, patience: patience,
            lostAfter: lostAfter, evidence: evidence)
    }

    private static func size(_ amount: WaveGoal.Amount, ranks: [Int]) -> WaveSize {
        let millionths: Int
        switch amount {
        case .hosts(let count):
            millionths = ranks.isEmpty ? count * 10_000 : ranks[min(count, ranks.count) - 1] + 1
        case .share(let share):
            let count = (ranks.count * share.millionths + 999_999) / 1_000_000
            millionths = ranks.isEmpty ? share.millionths : ranks[max(count, 1) - 1] + 1
        }
        // Everyone is for the last wave.
        return WaveSize(millionths: min(max(millionths, 1), 999_999)) ?? .everyone
    }
}

/// In the volume's settings, with the texts of the command line.
extension PlanTemplate: Codable {
    private enum Key: String, CodingKey {
        case waves, bake, patience, evidence
        case maxFailures = "max-failures"
        case maxUnavailable = "max-unavailable"
        case lostAfter = "lost-after"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func text<Value>(_ key: Key, _ example: String, _ parse: (String) -> Value?) throws -> Value? {
            guard let text = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
            if let value = parse(text) { return value }
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "it is not such as \(example)")
        }
        self.init()
        waves = try text(.waves, "1,10%,100%", WaveGoal.list) ?? waves
        bakes = try text(.bake, "2m, or 10s,2m,5m", Self.bakes) ?? bakes
        maxFailures = try container.decodeIfPresent(Int.self, forKey: .maxFailures) ?? maxFailures
        maxUnavailable = try text(.maxUnavailable, "25%") { Share($0) } ?? maxUnavailable
        patience = try text(.patience, "10m") { Duration(text: $0) } ?? patience
        lostAfter = try text(.lostAfter, "10m") { Duration(text: $0) }
        evidence = try text(.evidence, "minimum=100,errors=1%,latency=200%,insufficient=probe") { EvidencePolicy($0) }
        if let defect {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: defect))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(waves.map(\.description).joined(separator: ","), forKey: .waves)
        try container.encode(bakes.map(\.text).joined(separator: ","), forKey: .bake)
        try container.encode(maxFailures, forKey: .maxFailures)
        try container.encode(maxUnavailable.description, forKey: .maxUnavailable)
        try container.encode(patience.text, forKey: .patience)
        try container.encodeIfPresent(lostAfter?.text, forKey: .lostAfter)
        try container.encodeIfPresent(evidence?.description, forKey: .evidence)
    }

    /// Takes one bake, or one for each wave separated by commas.
    package static func bakes(_ text: String) -> [Duration]? {
        let bakes = text.split(separator: ",", omittingEmptySubsequences: false).map { Duration(text: $0) }
        return bakes.contains { $0 == nil } ? nil : bakes.compactMap { $0 }
    }
}
