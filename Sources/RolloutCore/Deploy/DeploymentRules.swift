/// The numbers a deployment goes by.
package struct DeploymentRules: Hashable, Sendable {
    /// How long a new release is on probation, with the old one warm beside it.
    package var bake: Duration
    /// Failures, for reasons that lie in the release, after which it is refused.
    package var attempts: Int
    /// First pause after a failure; doubles each time, up to `longestPause`.
    package var firstPause: Duration
    package var longestPause: Duration
    /// How often an attempt or a bake may be cut short by the agent's own end before the release is refused.
    package var interruptions: Int
    /// A backend that ran this long is healthy again: its earlier crashes are forgotten.
    package var settled: Duration
    /// Whether a candidate must pass the host's gate before it is activated.
    package var gated: Bool

    package init(
        bake: Duration = .seconds(10), attempts: Int = 2, firstPause: Duration = .seconds(1),
        longestPause: Duration = .seconds(60),
        interruptions: Int = 10, settled: Duration = .seconds(60), gated: Bool = false
    ) {
        self.bake = bake
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.interruptions = interruptions
        self.settled = settled
        self.gated = gated
    }

    /// The pause after the `failures`-th failure in a row.
    package func pause(after failures: Int) -> Duration {
        min(firstPause * (1 << min(max(failures - 1, 0), 20)), longestPause)
    }
}
