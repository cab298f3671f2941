import Synchronization
import SystemPackage

/// Knows which call to the file system a piece of work is in, and since when: work that copies gigabytes may take its time, while
/// a call that does not come back is a file system that hangs.
///
/// For work on one thread, which is in one call at a time.
package final class CallWatch: Sendable {
    /// A call that has not come back.
    package struct Call: Hashable, Sendable {
        package var operation: FileOperation
        package var path: FilePath
        /// `nil` for closing a file.
        package var purpose: FilePurpose?
        package var began: ContinuousClock.Instant
    }

    private struct State {
        var call: Call?
        var purposes: Set<FilePurpose> = []
    }

    /// Of the work that this thread or task does; `nil`: nobody watches it.
    @TaskLocal package static var current: CallWatch?

    private let state = Mutex(State())

    package init() {}

    /// The call that has not come back for at least `limit`.
    package func overdue(after limit: Duration) -> Call? {
        state.withLock { $0.call }.flatMap { $0.began.duration(to: .now) >= limit ? $0 : nil }
    }

    /// Whether a call for this purpose has begun, whatever became of it.
    package func hasBegun(_ purpose: FilePurpose) -> Bool { state.withLock { $0.purposes.contains(purpose) } }

    /// Carries out `call`, known as under way until it comes back.
    package func around<Result, Failure: Error>(
        _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose?, _ call: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        state.withLock { state in
            state.call = Call(operation: operation, path: path, purpose: purpose, began: .now)
            if let purpose { state.purposes.insert(purpose) }
        }
        defer { state.withLock { $0.call = nil } }
        return try call()
    }
}

/// Tells each call to the watch of the work that makes it.
package struct CallWatching: FileInterposer {
    package init() {}

    package func around<Result, Failure: Error>(
        _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose?, _ call: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let watch = CallWatch.current else { return try call() }
        return try watch.around(operation, path, purpose, call)
    }
}
