#if DEBUG
    import Glibc
    import Synchronization
    import SystemPackage

    /// Kills this process at a chosen effect on files or processes, for the kill matrix. In debug builds alone; a release
    /// build has none of it.
    ///
    /// - `WASMROLLOUT_KILL_TRACE=<file>`: appends a line for each effect as it is reached, such as `fs:recordLink` or
    ///   `process:backendStart`.
    /// - `WASMROLLOUT_KILL_AT=<n>`: SIGKILL right before the n-th effect, the n-th line of the trace. `<n>+`: right after it.
    package final class KillPoints: Sendable {
        private enum Moment { case before, after }

        static let shared: KillPoints? = KillPoints(
            trace: getenv("WASMROLLOUT_KILL_TRACE").map { String(cString: $0) },
            killAt: getenv("WASMROLLOUT_KILL_AT").map { String(cString: $0) },
            kill: {
                Glibc.kill(getpid(), SIGKILL)
                // Not one instruction of the program more, even if the signal takes a moment.
                while true { pause() }
            })

        private let count = Mutex(0)
        private let trace: Int32?
        private let target: (number: Int, moment: Moment)?
        private let kill: @Sendable () -> Void

        /// `nil` when neither is asked for. Traps when what is asked for makes no sense: a matrix that kills nobody
        /// would prove nothing.
        package init?(trace: String?, killAt: String?, kill: @escaping @Sendable () -> Void) {
            guard trace != nil || killAt != nil else { return nil }
            self.kill = kill
            self.trace = trace.map { path in
                let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
                precondition(descriptor >= 0, "WASMROLLOUT_KILL_TRACE: \(path) cannot be opened")
                return descriptor
            }
            target = killAt.map { text in
                let isAfter = text.hasSuffix("+")
                guard let number = Int(isAfter ? text.dropLast() : Substring(text)), number > 0 else {
                    preconditionFailure("WASMROLLOUT_KILL_AT: '\(text)' is no number of an effect")
                }
                return (number, isAfter ? .after : .before)
            }
        }

        /// Carries an effect out, unless it is the one to be killed at.
        func around<Result, Failure: Error>(
            _ name: String, _ effect: () throws(Failure) -> Result
        ) throws(Failure) -> Result {
            let number = count.withLock { count in
                count += 1
                if let trace {
                    let line = Array("\(name)\n".utf8)
                    _ = write(trace, line, line.count)
                }
                return count
            }
            if let target, target == (number, .before) { kill() }
            // Also after an effect that failed.
            defer { if let target, target == (number, .after) { kill() } }
            return try effect()
        }
    }

    extension KillPoints: FileInterposer {
        /// Each change is a kill point. What only reads cannot be told apart afterwards, so it is none.
        package func around<Result, Failure: Error>(
            _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose?, _ call: () throws(Failure) -> Result
        ) throws(Failure) -> Result {
            guard let purpose, operation.isMutating else { return try call() }
            return try around("fs:\(purpose.rawValue)", call)
        }
    }
#endif
