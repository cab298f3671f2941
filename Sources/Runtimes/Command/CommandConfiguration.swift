/// How any server is started. Every default of the `command` runtime stands here.
package struct CommandConfiguration: Sendable {
    /// Program and arguments. `{listen}` (host and port), `{host}`, `{port}`, `{release}` (digest), `{artifact}`
    /// (absolute path of the first component's artifact), `{directory}` and `{scratch}` are filled in.
    package var command: [String]
    /// Added to the agent's own, which is inherited without what is the agent's alone.
    package var environment: [String: String] = [:]
    /// Asked for readiness, any status below 500 will do; `nil`: a connection is enough.
    package var readyPath: String?

    package init(command: [String]) { self.command = command }
}
