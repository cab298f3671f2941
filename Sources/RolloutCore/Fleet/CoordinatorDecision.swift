/// What the coordinator makes of an open rollout: at most one change, and why, in words.
package struct CoordinatorDecision: Hashable, Sendable {
    package enum Verdict: String, Codable, CaseIterable, Sendable {
        /// No rollout is open.
        case idle
        // It goes back.
        case rollBack
        /// It would go back, and there is nothing to go back to.
        case stuck
        // It waits.
        case held, frozen, unavailable, arrival, quorum, bake, insufficientData, approval
        // It goes on.
        case openWave, promote
    }

    package var verdict: Verdict
    /// One or more sentences.
    package var reason: String
    package var change: Change?
    /// When time alone may change the verdict; `nil`: only something that happens can.
    package var until: Instant?

    package init(_ verdict: Verdict, _ reason: String, change: Change? = nil, until: Instant? = nil) {
        self.verdict = verdict
        self.reason = reason
        self.change = change
        self.until = until
    }
}
