/// A release on its way to running, or running, in one of the deployment's three roles.
package struct Slot: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        /// A verified local copy is being made. Can lead to: `starting`, `asking`, `waiting`, `cold`.
        case materializing
        /// The backend is starting and being probed. Can lead to: `up`, `asking`, `waiting`, `cold`.
        case starting(BackendID)
        /// A candidate's gate is being asked. Side by side its backend is ready and gets no traffic yet; in place it was not
        /// started yet, and the old one still serves. Can lead to: `up`, `starting` (in place), `waiting`, `cold`.
        case asking(BackendID, runs: Bool)
        /// Ready since then. Can lead to: `materializing` (it crashed), `waiting` (it crashed again), `cold`.
        case up(BackendID, since: Instant)
        /// A failure was followed by a pause. Can lead to: `materializing`, `cold`.
        case waiting(until: Instant)
        /// Not running, on purpose: in place, another release has its room. Can lead to: `materializing`.
        case cold
    }

    package var target: Target
    package var phase: Phase = .materializing
    /// In a row. Forgotten after `DeploymentRules.settled` without one.
    package var failures = 0
    package var lastFailure: String?
    /// What speaks against the release itself since it was last ready, or against the backend that is. `nil` when only its
    /// surroundings failed: then it is never refused.
    package var fault: String?

    package var release: Digest { target.release }

    /// The backend that belongs to this slot, ready or not.
    package var backend: BackendID? {
        switch phase {
        case .starting(let id), .up(let id, _), .asking(let id, runs: true): id
        case .materializing, .waiting, .cold, .asking(_, runs: false): nil
        }
    }

    /// The one whose gate is being asked.
    package var asking: BackendID? {
        if case .asking(let id, _) = phase { id } else { nil }
    }

    package var ready: BackendID? {
        if case .up(let id, _) = phase { id } else { nil }
    }
}
