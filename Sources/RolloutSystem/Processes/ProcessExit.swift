/// How a process ended and what it used.
package struct ProcessExit: Hashable, Sendable {
    package var status: ExitStatus
    package var usage: ResourceUsage

    package init(status: ExitStatus, usage: ResourceUsage = ResourceUsage()) {
        self.status = status
        self.usage = usage
    }
}

/// How a process ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(ProcessSignal)

    /// "exited with code 1", "was ended by SIGKILL".
    package var description: String {
        switch self {
        case .code(let code): "exited with code \(code)"
        case .signal(let signal): "was ended by \(signal)"
        }
    }
}

/// What a process and the children it waited for used.
package struct ResourceUsage: Hashable, Sendable {
    package var userTime: Duration
    package var systemTime: Duration
    /// In bytes, of the largest one.
    package var maximumResidentBytes: UInt64

    package init(userTime: Duration = .zero, systemTime: Duration = .zero, maximumResidentBytes: UInt64 = 0) {
        self.userTime = userTime
        self.systemTime = systemTime
        self.maximumResidentBytes = maximumResidentBytes
    }
}
