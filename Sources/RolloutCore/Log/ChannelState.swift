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
    /// Times in which nothing advances; at most `Limits.freezeWindows`.
    package var frozen: [FreezeWindow]
    /// Promoted releases, newest first, none twice, at most `Limits.history`. The first is what hosts run that no wave has let
    /// in yet, and what a rollback of the open rollout returns to.
    package var promoted: [Digest]

    package init(
        target: Digest, decision: UInt64, rollout: OpenRollout? = nil, held: Bool = false, frozen: [FreezeWindow] = [],
        promoted: [Digest]
    ) {
        self.target = target
        self.decision = decision
        self.rollout = rollout
        self.held = held
        self.frozen = frozen
        self.promoted = promoted
    }

    /// The release a rollback without `--to` returns to; `nil` when there is none.
    package var rollbackTarget: Digest? { rollout == nil ? promoted.dropFirst().first : promoted.first }

    /// When the freeze that holds at `now` ends; `nil` when there is none.
    package func frozenUntil(at now: Instant) -> Instant? { frozen.compactMap { $0.end(at: now) }.max() }
}
