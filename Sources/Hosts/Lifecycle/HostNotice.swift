import RolloutCore

/// What the host's surroundings say about its future.
package enum HostNotice: Hashable, Sendable {
    /// The host will be taken away: take no more traffic. `deadline` is when, as far as it is known.
    case leave(reason: String, deadline: Instant?)
    /// That is no longer so.
    case stay
}
