import RolloutCore
import Synchronization

/// The newest look that was not shown yet. Only that one is kept: a terminal may stand still for days (^S), and a whole fleet is much.
final class NewestLook: Sendable {
    /// What was found, or why nothing was, and when.
    typealias Look = (result: Result<FleetStatus, CommandFailure>, at: Instant)

    private let waiting = Mutex<Look?>(nil)

    /// - Returns: whether it has to be told that there is one: it has not been for one before.
    func put(_ look: Look) -> Bool {
        waiting.withLock { waiting in
            defer { waiting = look }
            return waiting == nil
        }
    }

    /// `nil` when all were shown.
    func take() -> Look? {
        waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
    }
}
