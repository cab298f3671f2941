/// What happened. Past tense; an event about something the deployment no longer cares for changes nothing.
package enum DeploymentEvent: Hashable, Sendable {
    /// The agent began; the record was read.
    case began
    /// A look at the log was made and planned from. One planned from an older head than an earlier one is ignored.
    case decided(Decision, head: AcceptedHead?)
    /// An operator said that the log on the volume is right, though it is not the one this host has followed.
    case logReplaced
    /// A verified local copy of the release is there.
    case materialized(Digest)
    case materializeFailed(Digest, FailureCause, reason: String)
    /// The backend says it is ready and the application answered its probe. In-place strategies: the release is active.
    case ready(BackendID)
    /// The backend never got ready; nothing of it runs any more.
    case failed(BackendID, FailureCause = .release, reason: String)
    /// The host's gate lets the candidate in.
    case gatePassed(BackendID)
    /// The host's gate turned the candidate away, which refuses its release (`release`), or could not be asked (`environment`).
    case gateFailed(BackendID, FailureCause, reason: String)
    /// A backend that was ready has ended.
    case exited(BackendID, reason: String)
    /// Probes or the gateway's counts say that a backend that was ready does not work. Matters during a bake only.
    case foundUnhealthy(BackendID, reason: String)
    /// `current` names the release, durably.
    case currentSwapped(Digest)
    case currentSwapFailed(Digest, reason: String)
    /// Time has passed.
    case ticked
    /// For this long nothing ran, because the host was frozen. A bake counts only time in which a fault could have shown.
    case thawed(after: Duration)
}

/// What to do. Imperative; begun in order, after the step's record is saved.
///
/// Swaps of `current` must also end in that order. In place, a `start` waits until every `retire` and `kill` before it has ended.
/// Nothing is reported of what was retired, killed or cancelled; reports that come nevertheless change nothing.
package enum DeploymentAction: Hashable, Sendable {
    /// Have a verified local copy: rehash the one that is there, else copy it from the volume.
    case materialize(Digest)
    /// Start a backend and probe it. In-place strategies: make the release the active one.
    case start(BackendID)
    /// Ask the host's gate whether this candidate may be activated: before its backend gets traffic, or in place before the old
    /// one is stopped and this one is started. One at a time.
    case askGate(BackendID)
    /// Nobody waits for that answer any more.
    case cancelGate(BackendID)
    /// Point `current` at the release.
    case swapCurrent(Digest)
    /// New requests go to `to`; when that dies they go to `fallback`. `nil`: hold them.
    case switchTraffic(to: BackendID?, fallback: BackendID?)
    /// Let it finish what it has, then stop it.
    case retire(BackendID)
    /// Stop it: it never got traffic. Also ends a start in progress.
    case kill(BackendID)
    /// Give up copying the release.
    case cancelMaterialize(Digest)
    /// Come back with `ticked` at this time.
    case wake(at: Instant)
}

/// A decision of the state machine: what must be durable first, then what to do.
package struct DeploymentStep: Hashable, Sendable {
    /// `nil` when nothing that must survive has changed.
    package var record: HostRecord?
    package var actions: [DeploymentAction]
}
