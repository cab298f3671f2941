import RolloutCore

/// What there is to see of the volume from one app's side.
struct VolumeView: Hashable, Sendable {
    /// When the volume last answered; `nil`: never yet.
    var lastAnswer: Instant?
    /// Why it cannot be read, or why what it says is not followed; `nil` when all is well.
    var problem: String?
    /// Set when the problem is that a record, or the volume, is not trusted.
    var refusal: TrustRefusal?
    /// Set when the problem is that the volume did not even answer a poll.
    var isUnanswered = false
    /// The newest record on the volume, as far as known.
    var newest: UInt64?
}
