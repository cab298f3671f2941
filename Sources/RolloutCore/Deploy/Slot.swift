/// A release on its way to running, or running, in one of the deployment's three roles.
package struct Slot: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        /// A verified local copy is being made. Can lead to: `starting`, `waiting`.
        case materializing
        /// The backend is starting and being probed. Can lead to: `up`, `waiting`.
        case starting(BackendID)
        /// Ready since then. Can lead to: `starting` (it crashed), `waiting` (it crashed again).
        case up(BackendID, since: Instant)
        /// A failure was followed by a pause. Can lead to: `materializing`.
        case waiting(until: Instant)
    }

    package var target: Target
    package var phase: Phase = .materializing
    /// In a row.
    package var failures = 0
    package var lastFailure: String?

    package var release: Digest { target.release }

    /// The backend that belongs to this slot, ready or not.
    package var backend: BackendID? {
        switch phase {
        case .starting(let id), .up(let id, _): id
        case .materializing, .waiting: nil
        }
    }

    package var ready: BackendID? {
        if case .up(let id, _) = phase { id } else { nil }
    }
}
