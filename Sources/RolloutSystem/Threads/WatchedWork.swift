/// Work that calls file systems, on a thread of its own, which is left behind when a call does not come back.
package enum WatchedWork {
    /// Why work was given up.
    package struct Overdue: Error, Hashable, Sendable {
        package var call: CallWatch.Call
        /// A record's name had been asked for: it may be in the log.
        package var mayHaveWrittenRecord: Bool
    }

    /// Runs `body` for as long as it takes, as long as each of its calls comes back within `limit`.
    ///
    /// - Parameters:
    ///   - name: of the thread.
    ///   - body: its calls must go through an `InterposedFileSystem` with `CallWatching`, or be told to `CallWatch.current`.
    package static func run<Value: Sendable>(
        _ name: String, callsWithin limit: Duration, _ body: @escaping @Sendable () -> Value
    ) async -> Result<Value, Overdue> {
        let watch = CallWatch()
        let outcome = Eventual<Result<Value, Overdue>>()
        DedicatedThread.start(name) {
            outcome.fulfill(.success(CallWatch.$current.withValue(watch, operation: body)))
        }
        let watching = Task {
            while true {
                do { try await Task.sleep(for: min(limit / 4, .milliseconds(250))) } catch { return }
                guard let call = watch.overdue(after: limit) else { continue }
                outcome.fulfill(.failure(Overdue(call: call, mayHaveWrittenRecord: watch.hasBegun(.recordLink))))
                return
            }
        }
        defer { watching.cancel() }
        return await outcome.value
    }
}
