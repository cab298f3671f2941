import Synchronization

/// Wakes one waiting task early. A ring while nobody waits is kept for the next wait; several count as one.
final class Doorbell: Sendable {
    private struct State {
        var hasRung = false
        var waiting: CheckedContinuation<Void, Never>?
        /// Tells a timer whether the wait it belongs to is still the current one.
        var wait: UInt64 = 0
    }

    private let state = Mutex(State())

    func ring() {
        let waiting = state.withLock { state in
            let waiting = state.waiting
            state.waiting = nil
            state.hasRung = waiting == nil
            return waiting
        }
        waiting?.resume()
    }

    /// Returns when the bell rings, when the time is up, or when the task is cancelled. One task may wait at a time.
    func wait(atMost limit: Duration) async {
        let number = state.withLock { state in
            state.wait += 1
            return state.wait
        }
        let timer = Task {
            do { try await Task.sleep(for: limit) } catch { return }
            self.end(number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !state.hasRung, !Task.isCancelled, state.wait == number else {
                        state.hasRung = false
                        return true
                    }
                    state.waiting = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            end(number)
        }
        timer.cancel()
    }

    private func end(_ number: UInt64) {
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.wait == number else { return nil }
            let waiting = state.waiting
            state.waiting = nil
            if waiting == nil { state.wait += 1 }
            return waiting
        }
        waiting?.resume()
    }
}
