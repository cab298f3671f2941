import RolloutCore

/// What publishing did; or what it would do, for a dry run.
package struct PublishOutcome: Codable, Hashable, Sendable {
    package var release: Digest
    /// Of the record that releases it; `nil` for a dry run.
    package var sequence: UInt64?
    /// The channel's target before; `nil` for its first release.
    package var before: Digest?
    /// How it goes through the fleet.
    package var plan: RolloutPlan
    /// What the release asks for that the last promoted one does not.
    package var addedCapabilities: Capabilities
    /// The rollout that it opens; `nil` when it is promoted at once.
    package var rollout: OpenRollout?
    /// The number its record has, or would have now: hosts' ranks are drawn from it.
    package var next: UInt64 = 0
    /// Hosts that are kept at a release, and take no part.
    package var pinned: Set<HostID> = []
    /// Bytes that were written to the volume, or would be.
    package var newBytes: UInt64 = 0
    /// Bytes that the volume had already.
    package var reusedBytes: UInt64 = 0
    /// Nothing that makes it fail: sentences for people.
    package var warnings: [String] = []

    /// Takes over what the record says that was written in the end.
    mutating func note(_ appended: Appended, channel: ChannelName) {
        switch appended.record.change {
        case .release(_, _, let plan), .move(_, _, _, let plan): self.plan = plan
        default: break
        }
        sequence = appended.record.sequence
        next = appended.record.sequence
        rollout = appended.record.state.channels[channel]?.rollout
        warnings += appended.warnings
    }
}
