/// When a hook is run.
package enum HookPoint: String, CaseIterable, Sendable {
    /// Before a candidate gets traffic. The only one that decides: anything but exit code 0 in time refuses the release.
    case beforeActivate = "before-activate"
    /// A new release has the traffic, on probation.
    case afterActivate = "after-activate"
    /// This host refuses a release.
    case onRefused = "on-refused"
    /// This host went back to the release that served before.
    case onRollback = "on-rollback"
}
