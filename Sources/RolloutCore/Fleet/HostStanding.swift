/// Where a host stands in an open rollout, in the coordinator's judgment.
package enum HostStanding: Hashable, Sendable {
    /// It is none of this rollout's: pinned, of another channel, or gone before the rollout began.
    case outside
    /// It went silent shortly before the rollout began. It blocks nobody who has others to go by, but those have to be more than these.
    case away
    /// No open wave lets it in; it is there and serves.
    case waiting
    /// It has just begun, and is not up yet. It blocks nobody.
    case joining
    /// It was let in and is not there yet.
    case moving
    /// It serves the release since then, by its own account.
    case serving(since: Instant)
    /// The release failed on it; why, in words.
    case failed(String)
    /// It cannot be counted on; why, in words.
    case unavailable(String)

    /// Whether it is one of those of whom shares are taken.
    var counts: Bool { self != .joining && self != .away }
}
