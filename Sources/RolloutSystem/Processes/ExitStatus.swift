/// How a process ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    /// It returned this code, 0 to 255.
    case exited(Int32)
    /// A signal ended it.
    case signaled(Int32)

    /// "exited with code 1", "was ended by SIGKILL".
    package var description: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signaled(let signal): "was ended by \(ProcessSignal(rawValue: signal))"
        }
    }

    /// The signal that ended the process, or one it started and answers for: shells and Spin then exit with 128 and the signal.
    package var signal: ProcessSignal? {
        switch self {
        case .signaled(let signal): ProcessSignal(rawValue: signal)
        case .exited(let code): (129...192).contains(code) ? ProcessSignal(rawValue: code - 128) : nil
        }
    }

    /// The same for reasons: "was ended by SIGKILL (exit code 137), as happens when memory runs out".
    package var explanation: String {
        guard let signal else { return description }
        let code = if case .exited(let code) = self { " (exit code \(code))" } else { "" }
        // The kernel's choice when a host or a container has no memory left; an agent's own SIGKILL is no news to it.
        return "was ended by \(signal)\(code)\(signal == .kill ? ", as happens when memory runs out" : "")"
    }
}
