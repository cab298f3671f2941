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
}
