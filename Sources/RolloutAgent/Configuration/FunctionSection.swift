import RolloutCore

/// `[function]`: how long a function's environment is kept awake. Of no meaning on other hosts.
package struct FunctionSection: Hashable, Sendable {
    /// Kept free before an invocation's deadline.
    package var margin: Duration
    /// At most this long an environment is kept awake by one invocation, however far its deadline is.
    package var budget: Duration

    package init(margin: Duration = .milliseconds(500), budget: Duration = .seconds(30)) {
        self.margin = margin
        self.budget = budget
    }

    init(_ section: ConfigurationSection) {
        let defaults = FunctionSection()
        self.margin = section.duration("margin", default: defaults.margin, least: .milliseconds(50))
        self.budget = section.duration("budget", default: defaults.budget, least: .milliseconds(100))
        section.refuseUnknown()
    }

    var rules: TurnRules { TurnRules(margin: margin, budget: budget) }
}
