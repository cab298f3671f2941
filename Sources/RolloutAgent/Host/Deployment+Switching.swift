import RolloutCore

extension Deployment {
    /// Whether a release is on its way to the traffic, or on probation.
    var isSwitching: Bool { candidate != nil || record.probation != nil }
}
