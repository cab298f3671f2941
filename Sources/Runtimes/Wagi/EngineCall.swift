import Synchronization

/// One request's claim on an engine. When nobody waits for the answer any more, it ends the engine, or keeps it from being started.
final class EngineCall: Sendable {
    private enum State {
        case waiting
        case running(end: @Sendable () -> Void)
        case over
        case cancelled
    }

    private let state = Mutex(State.waiting)

    var isCancelled: Bool {
        state.withLock { state in
            if case .cancelled = state { true } else { false }
        }
    }

    /// The engine runs, and `end` ends it: called at once when it is not wanted any more.
    func began(_ end: @escaping @Sendable () -> Void) {
        let isWanted = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .running(end: end)
            return true
        }
        if !isWanted { end() }
    }

    /// The engine is gone.
    func ended() {
        state.withLock { state in if case .running = state { state = .over } }
    }

    func cancel() {
        let end: (@Sendable () -> Void)? = state.withLock { state in
            switch state {
            case .waiting, .cancelled:
                state = .cancelled
                return nil
            case .running(let end):
                state = .cancelled
                return end
            case .over: return nil
            }
        }
        end?()
    }
}
