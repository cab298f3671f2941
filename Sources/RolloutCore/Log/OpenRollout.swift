/// A release on its way through the waves.
package struct OpenRollout: Codable, Hashable, Sendable {
    /// The sequence number of the record that released it: ranks are drawn from this.
    package var id: UInt64
    package var plan: RolloutPlan
    /// The newest wave that is open, from 0; `nil` while the first one waits for approval.
    package var openWave: Int?
    /// Waves that were approved, rising.
    package var approved: [Int]
    /// The time of the record that released it.
    package var began: Instant
    /// The time of the record that opened the newest wave.
    package var since: Instant

    package init(id: UInt64, plan: RolloutPlan, openWave: Int?, approved: [Int] = [], began: Instant, since: Instant? = nil) {
        self.id = id
        self.plan = plan
        self.openWave = openWave
        self.approved = approved
        self.began = began
        self.since = since ?? began
    }

    /// Whether an open wave lets a host in.
    package func admits(rank: Int, labels: [String: String]) -> Bool {
        guard let openWave else { return false }
        return plan.waves.prefix(openWave + 1).contains { $0.admits(rank: rank, labels: labels) }
    }

    /// The wave that would open next; `nil` when all are open.
    package var nextWave: Int? {
        let next = openWave.map { $0 + 1 } ?? 0
        return next < plan.waves.count ? next : nil
    }

    /// The first wave that is not open yet and lacks an approval its plan asks for, up to `wave`; `nil` when there is none.
    package func lacksApproval(upTo wave: Int) -> Int? {
        guard let next = nextWave, next <= wave else { return nil }
        return (next...wave).first { plan.waves[$0].needsApproval && !approved.contains($0) }
    }

    /// Why no log leads to such a rollout, in words; `nil` when it is sound.
    var defect: String? {
        if let defect = plan.defect { return defect }
        if let openWave, !plan.waves.indices.contains(openWave) { return "it has no such wave open" }
        if openWave == nil, !plan.waves[0].needsApproval { return "its first wave is not open" }
        if !zip(approved, approved.dropFirst()).allSatisfy(<) { return "its approvals are not in order" }
        if !approved.allSatisfy({ plan.waves.indices.contains($0) && plan.waves[$0].needsApproval }) {
            return "a wave was approved that needs no approval"
        }
        return nil
    }
}
