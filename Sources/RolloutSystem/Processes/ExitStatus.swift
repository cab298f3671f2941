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
}
