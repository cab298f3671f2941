/// Why there is no answer.
package struct HTTPFailure: Error, Hashable, Sendable {
    /// In words that follow a colon.
    package var reason: String

    package init(reason: String) { self.reason = reason }
}
