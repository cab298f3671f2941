/// What a function host does next in a turn.
package enum TurnStep: Hashable, Sendable {
    /// Look at the facts again when they change, and at this time at the latest.
    case wait(until: Instant)
    /// Look at the volume.
    case look
    /// Let go of what is held back.
    case release
    /// Judge the release that bakes.
    case probe
    case writeStatus
    /// Call `next`: from now on the environment may be frozen at any moment.
    case yield(TurnEnd)
}

/// Why a turn ended.
package enum TurnEnd: String, Hashable, Sendable {
    /// A backend can answer requests, which is all a start is for.
    case ready
    /// There was nothing to do, or nothing that is worth the time it costs.
    case nothingToDo
    /// There was something to do, and it is done.
    case done
    /// What is under way goes on in the next turn.
    case outOfTime
}
