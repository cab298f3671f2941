#if DEBUG
    import Glibc
    import Synchronization
    import SystemPackage

    /// Has a chosen call to the file system hang for good, as one to a hard NFS mount does whose server is gone. In debug builds
    /// alone; a release build has none of it.
    ///
    /// - `WASMROLLOUT_HANG_TRACE=<file>`: appends a line for each call as it is made, such as `read recordRead`.
    /// - `WASMROLLOUT_HANG_AT=<n>`: the n-th call, the n-th line of the trace, never comes back.
    package final class HangPoints: FileInterposer {
        static let shared: HangPoints? = HangPoints(
            trace: getenv("WASMROLLOUT_HANG_TRACE").map { String(cString: $0) },
            hangAt: getenv("WASMROLLOUT_HANG_AT").map { String(cString: $0) },
            hang: { while true { pause() } })

        private let count = Mutex(0)
        private let trace: Int32?
        private let target: Int?
        private let hang: @Sendable () -> Void

        /// `nil` when neither is asked for. Traps when what is asked for makes no sense: a matrix in which nothing hangs would prove
        /// nothing.
        package init?(trace: String?, hangAt: String?, hang: @escaping @Sendable () -> Void) {
            guard trace != nil || hangAt != nil else { return nil }
            self.hang = hang
            self.trace = trace.map { path in
                let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
                precondition(descriptor >= 0, "WASMROLLOUT_HANG_TRACE: \(path) cannot be opened")
                return descriptor
            }
            target = hangAt.map { text in
                guard let number = Int(text), number > 0 else {
                    preconditionFailure("WASMROLLOUT_HANG_AT: '\(text)' is no number of a call")
                }
                return number
            }
        }

        package func around<Result, Failure: Error>(
            _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose?, _ call: () throws(Failure) -> Result
        ) throws(Failure) -> Result {
            let number = count.withLock { count in
                count += 1
                if let trace {
                    let line = Array("\(operation.rawValue) \(purpose?.rawValue ?? "-")\n".utf8)
                    _ = write(trace, line, line.count)
                }
                return count
            }
            if number == target { hang() }
            return try call()
        }
    }
#endif
