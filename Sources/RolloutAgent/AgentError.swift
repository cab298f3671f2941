/// Why an agent cannot run at all. What goes wrong while it runs is shown in its status instead.
package struct AgentError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// Something it needs is in use or cannot be had: a port, the local store, another agent's lock.
        case unavailable
        /// The configuration, the trust policy or the like cannot be used.
        case configuration
    }

    package var code: Code
    /// "Could not <verb> <object>: <reason>. <Remedy>."
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
