import Synchronization
import SystemPackage

/// One thread for the blocking calls to one volume, each with a deadline.
///
/// A hard NFS mount whose server is gone blocks its callers for ever. So a call that misses its deadline fails for its
/// caller while the thread stays stuck, and until it comes back every further call fails at once: a hung volume costs
/// one thread, however often it is asked. The thread is never joined; a process can exit with it stuck.
package final class BlockingLane: Sendable {
    private struct State {
        /// The call at work has missed its deadline.
        var isHung = false
        /// Calls that still have a caller, by number; a call whose deadline passes leaves it.
        var waiting: [UInt64: @Sendable () -> Void] = [:]
        var atWork: UInt64?
        var nextNumber: UInt64 = 0
        /// What is repeated, by number.
        var polling: UInt64?
        /// When the repeated call at work began.
        var pollBegan: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let queue = WorkQueue()
    private let path: FilePath

    /// - Parameters:
    ///   - name: of the thread.
    ///   - path: what the calls are about, for error messages: the volume's root.
    package init(_ name: String, path: FilePath) {
        self.path = path
        queue.start(name)
    }

    deinit { queue.close() }

    /// Whether a call that missed its deadline still has not come back.
    package var isHung: Bool { state.withLock { $0.isHung } }

    /// Runs `body` on the lane's thread, after those already waiting.
    ///
    /// - Parameters:
    ///   - limit: from now, waiting for its turn included.
    ///   - purpose: for the error.
    ///   - discard: gets a result that comes too late, on the lane's thread: the place to close a file that was opened.
    /// - Throws: what `body` throws; `.timedOut` when it does not come back within `limit`, or when an earlier call hangs.
    package func run<Result: Sendable>(
        within limit: Duration, for purpose: FilePurpose, discard: @escaping @Sendable (Result) -> Void = { _ in },
        _ body: @escaping @Sendable () throws(FileError) -> Result
    ) async throws(FileError) -> Result {
        let timedOut = FileError(code: .timedOut, operation: .status, path: path, purpose: purpose)
        let result = Eventual<Swift.Result<Result, FileError>>()
        guard let number = enter(onExpiry: { result.fulfill(.failure(timedOut)) }) else { throw timedOut }
        queue.add { [self] in
            guard begin(number) else { return }
            let outcome = Swift.Result { () throws(FileError) in try body() }
            end(number)
            // After `end`: who learns that the call came back may rely on the lane being usable again.
            if !result.fulfill(outcome), case .success(let late) = outcome { discard(late) }
        }
        let timer = Task { [self] in
            do { try await Task.sleep(for: limit) } catch { return }
            expire(number)
        }
        defer { timer.cancel() }
        return try await result.value.get()
    }

    private func enter(onExpiry: @escaping @Sendable () -> Void) -> UInt64? {
        state.withLock { state in
            guard !state.isHung else { return nil }
            state.nextNumber += 1
            state.waiting[state.nextNumber] = onExpiry
            return state.nextNumber
        }
    }

    /// `false` when the caller has given up before its turn came: then nothing is done for it.
    private func begin(_ number: UInt64) -> Bool {
        state.withLock { state in
            guard state.waiting[number] != nil else { return false }
            state.atWork = number
            return true
        }
    }

    private func end(_ number: UInt64) {
        state.withLock { state in
            state.waiting[number] = nil
            state.atWork = nil
            state.isHung = false
        }
    }

    private func expire(_ number: UInt64) {
        let failing: [@Sendable () -> Void] = state.withLock { state in
            guard let own = state.waiting.removeValue(forKey: number) else { return [] }
            guard state.atWork == number else { return [own] }
            // Those behind it would only wait for the same thing.
            state.isHung = true
            defer { state.waiting = [:] }
            return [own] + state.waiting.values
        }
        for fail in failing { fail() }
    }

    // MARK: Polling

    /// Runs `body` on the lane's thread again and again while nothing else is to be done there, until it returns `false`, another
    /// polling is started or this one is stopped.
    ///
    /// Costs next to nothing but the call itself: no timer and no other thread has a part in it. So no deadline either: whoever polls
    /// looks at `hasOverduePoll` now and then.
    /// - Parameter pause: before each call.
    package func startPolling(after pause: @escaping @Sendable () -> Duration, _ body: @escaping @Sendable () -> Bool) {
        let number = state.withLock { state in
            state.nextNumber += 1
            state.polling = state.nextNumber
            return state.nextNumber
        }
        pollNext(number, pause, body)
    }

    /// A call that is at work is left to its end.
    package func stopPolling() {
        state.withLock { $0.polling = nil }
        queue.forgetTimed()
    }

    /// Whether the repeated call at work has been for longer than `limit`. From then on the lane counts as hung until it comes back.
    package func hasOverduePoll(after limit: Duration) -> Bool {
        let failing: [@Sendable () -> Void]? = state.withLock { state in
            guard let began = state.pollBegan, began.duration(to: .now) >= limit else { return nil }
            state.isHung = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for fail in failing ?? [] { fail() }
        return failing != nil
    }

    private func pollNext(
        _ number: UInt64, _ pause: @escaping @Sendable () -> Duration, _ body: @escaping @Sendable () -> Bool
    ) {
        let delay = max(pause(), .zero) / .nanoseconds(1)
        queue.add(after: UInt64(delay)) { [weak self] in
            guard let self, beginPoll(number) else { return }
            let isWanted = body()
            if endPoll(number), isWanted { pollNext(number, pause, body) }
        }
    }

    private func beginPoll(_ number: UInt64) -> Bool {
        state.withLock { state in
            guard state.polling == number else { return false }
            state.pollBegan = .now
            return true
        }
    }

    /// Whether it is to be repeated.
    private func endPoll(_ number: UInt64) -> Bool {
        state.withLock { state in
            state.pollBegan = nil
            state.isHung = false
            return state.polling == number
        }
    }
}
