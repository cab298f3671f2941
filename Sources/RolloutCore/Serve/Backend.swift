/// What a gateway knows of one backend: where it is on its way from start to stop, and what it owes.
///
/// `starting → ready → serving → draining → stopped`; a serving backend that loses the traffic is ready (warm) again.
package struct Backend: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// The process runs but nobody has seen it answer. Leads to ready, draining, stopped.
        case starting
        /// Warm: may receive traffic, and receives none. Leads to serving, draining, stopped.
        case ready
        /// Receives traffic. Leads to ready, draining, stopped.
        case serving
        /// Finishes what it has and takes nothing new. Leads to stopped.
        case draining
        /// Gone. Leads nowhere.
        case stopped
    }

    /// What to do after `drain` or `ended`.
    package enum DrainAction: Hashable, Sendable {
        /// Nothing is owed any more: the process may be stopped.
        case finish
        /// Responses are still owed.
        case wait
        /// Nobody is draining.
        case none
    }

    package let id: BackendID
    package private(set) var state: State
    /// Requests and tunnels handed to this backend and not finished.
    package private(set) var inFlight = 0

    package init(id: BackendID, state: State = .starting) {
        self.id = id
        self.state = state
    }

    /// May a new request be handed to it?
    package var takesRequests: Bool {
        switch state {
        case .ready, .serving: true
        case .starting, .draining, .stopped: false
        }
    }

    /// It answered its probe.
    package mutating func becameReady() {
        switch state {
        case .starting: state = .ready
        case .ready, .serving, .draining, .stopped: break
        }
    }

    /// It is named in the route now. Returns whether it may be: only a ready one may.
    package mutating func gainedTraffic() -> Bool {
        switch state {
        case .ready, .serving:
            state = .serving
            return true
        case .starting, .draining, .stopped: return false
        }
    }

    /// It is not named in the route any more.
    package mutating func lostTraffic() {
        switch state {
        case .serving: state = .ready
        case .starting, .ready, .draining, .stopped: break
        }
    }

    /// A request was handed to it.
    package mutating func began() { inFlight += 1 }

    /// A request handed to it is finished, one way or the other.
    package mutating func ended() -> DrainAction {
        precondition(inFlight > 0, "\(id) ended a request it never began")
        inFlight -= 1
        switch state {
        // One whose process is gone may have been draining, and is not waited for in vain.
        case .draining, .stopped: return inFlight == 0 ? .finish : .wait
        case .starting, .ready, .serving: return .none
        }
    }

    /// Take nothing new.
    package mutating func drain() -> DrainAction {
        switch state {
        case .starting, .ready, .serving, .draining:
            state = .draining
            return inFlight == 0 ? .finish : .wait
        case .stopped: return .finish
        }
    }

    /// Its process is gone.
    package mutating func stopped() { state = .stopped }
}
