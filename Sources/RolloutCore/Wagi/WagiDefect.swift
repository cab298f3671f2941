/// Why an answer is the host's own and not the guest's.
package struct WagiDefect: Hashable, Sendable {
    /// For logs and metrics: there are few, and each is another thing to look into.
    package enum Kind: String, CaseIterable, Sendable {
        /// The guest ended otherwise than with code 0: a trap, an exit, an engine that gave up.
        case exit
        /// It took too long.
        case timeout
        /// It wrote too much.
        case outputLimit = "output-limit"
        /// What it wrote is no response.
        case malformed
        /// There was no engine to run it.
        case start
        /// Too many requests wait already, or the host stops.
        case overload
    }

    package var kind: Kind
    /// In words.
    package var reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
