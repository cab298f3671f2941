import RolloutCore
import Synchronization

/// What a paced host asks and tells an app between the moments in which it is surely awake.
extension AppAgent {
    /// A release is being copied.
    var isCopying: Bool { state.withLock { !$0.materializing.isEmpty } }
    /// Events wait to be handled, or backends are started, ended or switched.
    var isActivating: Bool { state.withLock { $0.underWay > 0 } }
    var isBaking: Bool { state.withLock { $0.bake != nil } }
    var isProbing: Bool { state.withLock { $0.bake?.isProbing ?? false } }
    /// A timer was due while timers were held, and nothing was done about it yet.
    var isTickDue: Bool { state.withLock { $0.isTickDue && !$0.isThawing } }

    /// Calls `body` whenever nothing is under way any more.
    func observeIdle(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.idleObservers.append(body) } }

    /// From now on timers that are due wait, as long as something can answer requests.
    ///
    /// After a freeze every timer fires at once, before anybody knows that there was a freeze: by the clock a bake would be over
    /// that nobody has watched.
    func holdTimers() { state.withLock { $0.holdsTimers = true } }

    /// Lets timers go on.
    /// - Parameter gap: how long the host was frozen since the last time.
    func releaseTimers(after gap: Duration) {
        let isThaw = state.withLock { state in
            // Asked again before the thaw is handled, there is nothing more to do.
            let isThaw = gap > .zero || state.isTickDue && !state.isThawing
            if isThaw { state.isThawing = true } else if !state.isThawing { state.holdsTimers = false }
            return isThaw
        }
        if isThaw { note(.thawed(after: gap)) }
    }

    /// Whether an event is not for now.
    func holds(_ event: DeploymentEvent) -> Bool {
        state.withLock { state in
            switch event {
            case .ticked
            where state.holdsTimers && (state.deployment.serving?.ready ?? state.deployment.fallback?.ready) != nil:
                state.isTickDue = true
                return true
            case .thawed:
                // Only now: what was queued before it is still from the freeze.
                state.holdsTimers = false
                return false
            default: return false
            }
        }
    }

    /// After the thaw was handled.
    func tickIfDue(after event: DeploymentEvent) {
        guard case .thawed = event else { return }
        let isDue = state.withLock { state in
            defer { (state.isTickDue, state.isThawing) = (false, false) }
            return state.isTickDue
        }
        if isDue { note(.ticked) }
    }
}
