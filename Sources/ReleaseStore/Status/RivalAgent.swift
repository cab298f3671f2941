import RolloutCore

/// Another agent that writes the status of the same host: two that were given one id, each with a store of its own.
package struct RivalAgent: Codable, Hashable, Sendable {
    /// Since when it is known.
    package var since: Instant
    /// When that agent began, by its own account.
    package var began: Instant?
    /// Where its gateway listens.
    package var gateway: String?

    package init(since: Instant, began: Instant?, gateway: String?) {
        self.since = since
        self.began = began
        self.gateway = gateway
    }
}
