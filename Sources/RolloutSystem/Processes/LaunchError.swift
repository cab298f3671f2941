import SystemPackage

/// A process that could not be started: which, why.
package struct LaunchError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// No such program, or the interpreter its first line names is missing.
        case notFound
        /// Not executable, or of a kind this machine cannot run.
        case notExecutable
        /// The working directory cannot be entered.
        case badDirectory
        /// Out of processes, memory or descriptors: worth another try later.
        case noResources
        /// Whoever starts processes there does not answer.
        case unreachable
        case other
    }

    package var code: Code
    /// Raw; 0 when the error was not the system's.
    package var errno: Int32
    package var executable: FilePath
    package var purpose: ProcessPurpose

    package init(code: Code, errno: Int32 = 0, executable: FilePath, purpose: ProcessPurpose) {
        self.code = code
        self.errno = errno
        self.executable = executable
        self.purpose = purpose
    }
}

extension LaunchError: CustomStringConvertible {
    /// "Could not start /usr/bin/spin: there is no such program."
    package var description: String { "Could not start \(executable): \(reason)." }

    /// Why, in words that follow a colon.
    package var reason: String {
        let cause = errno == 0 ? "" : " (\(Errno(rawValue: errno)))"
        return switch code {
        case .notFound: "there is no such program"
        case .notExecutable: "it is not a program this machine can run\(cause)"
        case .badDirectory: "its working directory cannot be entered\(cause)"
        case .noResources: "the machine is out of processes, memory or open files\(cause)"
        case .unreachable: "the supervisor of its container does not answer"
        case .other: errno == 0 ? "the system gave no reason" : "\(Errno(rawValue: errno)) (\(errno))"
        }
    }
}
