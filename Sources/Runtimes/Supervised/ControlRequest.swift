/// What an agent says to a supervisor: one JSON object on a line, with one key that says what it is.
///
/// `hello` comes first and once. An `id` is the agent's, for the answer; a `process` is the supervisor's, as told by `launched`.
enum ControlRequest: Codable, Hashable, Sendable {
    /// - Parameters:
    ///   - version: `ControlSocket.version`.
    ///   - agent: who asks, for logs.
    ///   - directory: where the agent keeps releases; the supervisor must see the same under that name.
    case hello(version: Int, agent: String, directory: String)
    /// Which program a name means, and whether the supervisor is alive.
    case find(id: UInt64, name: String, searchPath: String)
    case launch(id: UInt64, process: ControlLaunch)
    case signal(process: UInt64, number: Int32, wholeGroup: Bool)
}

/// A process to start, as `LaunchRequest` has it. Both of its output streams come back as lines.
struct ControlLaunch: Codable, Hashable, Sendable {
    var executable: String
    var arguments: [String]
    var environment: [String: String]
    var directory: String?
    /// What the process gets when the agent is gone; `nil`: nothing, until it is killed.
    var deathSignal: Int32?
    var endsGroup: Bool
}
