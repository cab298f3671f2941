import RolloutSystem

/// What a supervisor says to an agent: one JSON object on a line, with one key that says what it is.
enum ControlEvent: Codable, Hashable, Sendable {
    /// The answer to `hello`: the agent has this supervisor to itself until it hangs up.
    case welcome(greeting: SupervisorGreeting)
    /// The last message of a connection: why it is closed, in words that follow a colon.
    case refused(reason: String)
    case found(id: UInt64, path: String?)
    case launched(id: UInt64, process: UInt64, processID: Int32)
    case failed(id: UInt64, failure: ControlFailure)
    /// A line the process wrote.
    case output(process: UInt64, text: String, isError: Bool)
    /// The process has ended, and with it all of its group; its last message. Either a code or a signal.
    case exited(process: UInt64, code: Int32?, signal: Int32?)
}

/// What an agent has to know of the container that the supervisor is in.
package struct SupervisorGreeting: Codable, Hashable, Sendable {
    /// Another one each time a supervisor starts.
    var supervisor: String
    /// The environment it was started with.
    package var environment: [String: String]
    /// The command line that runs a release, with `{port}` and the like to be filled in; empty: the agent's configuration says.
    package var command: [String]
}

/// `LaunchError`, on the way.
struct ControlFailure: Codable, Hashable, Sendable {
    var code: String
    var errno: Int32

    private static let names: [(LaunchError.Code, String)] = [
        (.notFound, "not-found"), (.notExecutable, "not-executable"), (.badDirectory, "bad-directory"),
        (.noResources, "no-resources"), (.other, "other"),
    ]

    init(_ error: LaunchError) {
        self.code = Self.names.first { $0.0 == error.code }?.1 ?? "other"
        self.errno = error.errno
    }

    /// What it means; a code of a later version is `.other`.
    var launchCode: LaunchError.Code { Self.names.first { $0.1 == code }?.0 ?? .other }
}

extension ControlEvent {
    static func exited(_ process: UInt64, _ status: ExitStatus) -> ControlEvent {
        switch status {
        case .exited(let code): .exited(process: process, code: code, signal: nil)
        case .signaled(let signal): .exited(process: process, code: nil, signal: signal)
        }
    }
}
