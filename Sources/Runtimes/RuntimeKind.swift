/// What a release is run with.
package enum RuntimeKind: String, Codable, CaseIterable, Sendable {
    /// The Spin CLI, `spin up`.
    case spin
    /// The embedded HTTP host for WASI preview 1 modules, on an engine that is found.
    case wagi
    /// Any server that a command line starts.
    case command
}
