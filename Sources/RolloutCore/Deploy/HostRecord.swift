/// What a host must remember through a crash. Saved, durably, before any action that depends on it.
package struct HostRecord: Codable, Hashable, Sendable {
    /// Of this structure. Another one is refused.
    package var format: Int
    package var app: AppName
    /// The newest record accepted; never goes back.
    package var accepted: AcceptedHead?
    /// The release that gets the traffic, and the decision behind it.
    package var serving: Target?
    /// Set while the serving release bakes.
    package var probation: Probation?
    /// The release this host is moving to.
    package var attempt: Attempt?
    /// Releases that failed here while nothing served: passed over for older ones, and refused as soon as one of those serves. As long
    /// as none does, the fault may lie elsewhere. `nil`: none.
    package var suspects: [Refusal]?
    /// Newest first, at most `refusalLimit`.
    package var refused: [Refusal]
    /// Releases that survived their bake here, newest first, at most `provenLimit`.
    package var proven: [Digest]

    package static let currentFormat = 1
    package static let refusalLimit = 32
    package static let provenLimit = 8

    package init(app: AppName) {
        self.format = Self.currentFormat
        self.app = app
        self.refused = []
        self.proven = []
    }
}

/// The serving release's time on trial.
package struct Probation: Codable, Hashable, Sendable {
    /// What to go back to; `nil` when nothing served before.
    package var fallback: Target?
    package var until: Instant
    /// How often the agent began anew during it: a release that takes the agent down with it must not do so for ever.
    package var restarts: Int

    package init(fallback: Target?, until: Instant, restarts: Int = 0) {
        self.fallback = fallback
        self.until = until
        self.restarts = restarts
    }
}

/// A move to a target, with what became of it so far.
package struct Attempt: Codable, Hashable, Sendable {
    package var target: Target
    package var since: Instant
    /// How often in a row it was begun without an outcome: 1, and one more for each time the agent ended meanwhile.
    package var begun: Int
    /// How often it failed for a reason that lies in the release.
    package var failures: Int
    package var lastFailure: String?

    package init(target: Target, since: Instant) {
        self.target = target
        self.since = since
        self.begun = 1
        self.failures = 0
    }
}

/// A release this host will not try again under the same decision.
package struct Refusal: Codable, Hashable, Sendable {
    package var release: Digest
    package var decision: UInt64
    package var reason: String
    package var at: Instant

    package init(release: Digest, decision: UInt64, reason: String, at: Instant) {
        self.release = release
        self.decision = decision
        self.reason = reason
        self.at = at
    }
}
