import RolloutCore

/// How a release is to go through the fleet.
package enum ReleasePlan: Hashable, Sendable {
    /// Made into a plan for the hosts that report when the record is written.
    case template(PlanTemplate)
    /// As it stands.
    case exact(RolloutPlan)
}

/// What happens with a release that asks for more than the last promoted one does: outbound hosts, stores, variables.
package enum NewCapabilities: Hashable, Sendable {
    case allowed
    /// It is not published, unless its plan has somebody approve the first wave.
    case refused
}
