/// Where a channel stands after a record.
package struct ChannelState: Codable, Hashable, Sendable {
    /// What the hosts that are let in should run.
    package var target: Digest
    /// The sequence number of the record that last chose the target. A host that refused the target tries it again only
    /// when this changes.
    package var decision: UInt64
    /// The rollout that moves through its waves; `nil` when the target is promoted, that is for everyone.
    package var rollout: OpenRollout?
    /// Nothing advances until `resume`.
    package var held: Bool
    /// Promoted releases, newest first, none twice, at most `Limits.history`. The first is what hosts run that no wave has let
    /// in yet, and what a rollback of the open rollout returns to.
    package var promoted: [Digest]

    package init(target: Digest, decision: UInt64, rollout: OpenRollout? = nil, held: Bool = false, promoted: [Digest]) {
        self.target = target
        self.decision = decision
        self.rollout = rollout
        self.held = held
        self.promoted = promoted
    }

    /// The release a rollback without `--to` returns to; `nil` when there is none.
    package var rollbackTarget: Digest? { rollout == nil ? promoted.dropFirst().first : promoted.first }
}

/// A release on its way through the waves.
package struct OpenRollout: Codable, Hashable, Sendable {
    /// The sequence number of the record that released it: ranks are drawn from this.
    package var id: UInt64
    /// Rising; the last is everyone.
    package var waves: [WaveSize]
    /// The newest wave that is open, from 0.
    package var openWave: Int

    package init(id: UInt64, waves: [WaveSize], openWave: Int) {
        self.id = id
        self.waves = waves
        self.openWave = openWave
    }
}
