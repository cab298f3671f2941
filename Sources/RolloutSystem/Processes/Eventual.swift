import Synchronization

/// A value that is known later, once, and then for good. Any number may wait for it.
package final class Eventual<Value: Sendable>: Sendable {
    private enum State {
        case pending([@Sendable (Value) -> Void])
        case known(Value)
    }

    private let state = Mutex(State.pending([]))

    package init() {}

    /// The value when it is known already.
    package var current: Value? {
        state.withLock { if case .known(let value) = $0 { value } else { nil } }
    }

    /// Waits for the value. Not cut short by cancellation: bound what it waits for instead.
    package var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                whenKnown { continuation.resume(returning: $0) }
            }
        }
    }

    /// Runs `body` once with the value: at once when it is known, else on the thread that fulfills it.
    package func whenKnown(_ body: @escaping @Sendable (Value) -> Void) {
        let known: Value? = state.withLock { state in
            switch state {
            case .known(let value): return value
            case .pending(let waiting):
                state = .pending(waiting + [body])
                return nil
            }
        }
        if let known { body(known) }
    }

    /// The first call decides; `false` for every later one, which changes nothing.
    @discardableResult
    package func fulfill(_ value: Value) -> Bool {
        let waiting: [@Sendable (Value) -> Void]? = state.withLock { state in
            guard case .pending(let waiting) = state else { return nil }
            state = .known(value)
            return waiting
        }
        guard let waiting else { return false }
        for body in waiting { body(value) }
        return true
    }
}
