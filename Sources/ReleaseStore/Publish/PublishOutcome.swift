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
    /// Bytes that were written to the volume, or would be.
    package var newBytes: UInt64 = 0
    /// Bytes that the volume had already.
    package var reusedBytes: UInt64 = 0
    /// Nothing that makes it fail: sentences for people.
    package var warnings: [String] = []
}
