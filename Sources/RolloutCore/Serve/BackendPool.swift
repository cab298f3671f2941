/// Who gets the next request. Knows backends by slot, a small number that stays the same as long as the backend is known,
/// so that a request costs no look-up by digest.
package struct BackendPool: Sendable {
    package typealias Slot = Int

    /// Where a request goes.
    package enum Admission: Hashable, Sendable {
        case forward(Slot)
        /// Nobody takes requests now: wait for one that does.
        case hold
    }

    /// What became of the traffic when a backend was lost.
    package enum Loss: Hashable, Sendable {
        /// It had no traffic.
        case none
        /// The warm one has it now.
        case fellBack(from: BackendID, to: BackendID)
        /// Nobody has it: requests are held.
        case held(from: BackendID)
    }

    private var backends: [Backend?] = []
    private var current: Slot?
    private var fallback: Slot?

    package init() {}

    /// The backend that gets requests, and the warm one that gets them when that is lost.
    package var route: (current: BackendID?, fallback: BackendID?) {
        (current.flatMap { backends[$0]?.id }, fallback.flatMap { backends[$0]?.id })
    }

    package subscript(slot: Slot) -> Backend? { backends[slot] }

    package func slot(of id: BackendID) -> Slot? { backends.firstIndex { $0?.id == id } }

    /// Makes a ready backend known. The same one again changes nothing.
    package mutating func add(_ id: BackendID) -> Slot {
        if let known = slot(of: id) { return known }
        let backend = Backend(id: id, state: .ready)
        if let free = backends.firstIndex(where: { $0 == nil }) {
            backends[free] = backend
            return free
        }
        backends.append(backend)
        return backends.count - 1
    }

    /// Names who gets requests from now on. One that is unknown, draining or stopped is as good as none.
    package mutating func switchTraffic(to new: BackendID?, fallback newFallback: BackendID?) {
        if let current { backends[current]?.lostTraffic() }
        current = new.flatMap { slot(of: $0) }.flatMap { backends[$0]?.gainedTraffic() == true ? $0 : nil }
        fallback = newFallback.flatMap { slot(of: $0) }.flatMap { backends[$0]?.takesRequests == true ? $0 : nil }
        if fallback == current { fallback = nil }
    }

    /// Chooses for one request. `avoiding` is the slot where it just failed: it gets another one when there is one.
    package func admit(avoiding failed: Slot? = nil) -> Admission {
        if let current {
            if current == failed, let fallback { return .forward(fallback) }
            return .forward(current)
        }
        if let fallback { return .forward(fallback) }
        return .hold
    }

    package mutating func began(_ slot: Slot) { backends[slot]?.began() }

    package mutating func ended(_ slot: Slot) -> Backend.DrainAction { backends[slot]?.ended() ?? .none }

    /// Nobody listens there any more although nobody said that it exited: traffic moves, the backend stays known.
    package mutating func lost(_ slot: Slot) -> Loss {
        guard let backend = backends[slot] else { return .none }
        backends[slot]?.lostTraffic()
        if fallback == slot { fallback = nil }
        guard current == slot else { return .none }
        current = fallback
        fallback = nil
        guard let new = current, backends[new]?.gainedTraffic() == true, let heir = backends[new] else {
            current = nil
            return .held(from: backend.id)
        }
        return .fellBack(from: backend.id, to: heir.id)
    }

    /// Its process is gone.
    package mutating func exited(_ id: BackendID) -> Loss {
        guard let slot = slot(of: id) else { return .none }
        let loss = lost(slot)
        backends[slot]?.stopped()
        return loss
    }

    /// Takes it out of the traffic and lets it finish.
    package mutating func drain(_ slot: Slot) -> Backend.DrainAction {
        _ = lost(slot)
        return backends[slot]?.drain() ?? .finish
    }

    /// Forgets it. Only when nothing is in flight: returns whether that was so.
    package mutating func remove(_ slot: Slot) -> Bool {
        guard let backend = backends[slot] else { return true }
        guard backend.inFlight == 0 else { return false }
        _ = lost(slot)
        backends[slot] = nil
        return true
    }
}
