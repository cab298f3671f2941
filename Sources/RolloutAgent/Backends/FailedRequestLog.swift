import Logging
import RolloutCore
import Synchronization

/// Writes why a backend failed requests: the first at once, and then no more than one in `pause`, with how many there were in between.
final class FailedRequestLog: Sendable {
    private struct State {
        var next: ContinuousClock.Instant?
        var unsaid = 0
    }

    private let backend: BackendID
    private let pause: Duration
    private let logger: Logger
    private let state = Mutex(State())

    init(_ backend: BackendID, pause: Duration = .seconds(10), logger: Logger) {
        self.backend = backend
        self.pause = pause
        self.logger = logger
    }

    func note(_ reason: String, at now: ContinuousClock.Instant = .now) {
        let unsaid: Int? = state.withLock { state in
            if let next = state.next, now < next {
                state.unsaid += 1
                return nil
            }
            defer { state = State(next: now + pause) }
            return state.unsaid
        }
        guard let unsaid else { return }
        logger.warning(
            "A request failed in the embedded host",
            metadata: ["backend": "\(backend)", "reason": "\(reason)", "unsaid": "\(unsaid)"])
    }
}
