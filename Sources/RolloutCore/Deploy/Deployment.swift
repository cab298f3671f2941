/// One app's deployment on one host: events in, a `DeploymentStep` out. No files, no clock, no processes.
///
/// Three roles, each a `Slot` or empty; no release has two of them:
/// - *serving* gets the traffic. Empty only until the first release is ready; what fails until then is a suspect (`Deployment+StandIns`).
/// - *fallback* is what traffic goes back to while *serving* bakes: warm beside it (blue-green), or cold (in place). Outside a
///   bake it is an older release that is being brought up because *serving* does not run any more.
/// - *candidate* is what the host is moving to. When it is ready it becomes *serving*, and what was proven becomes *fallback*.
///
/// Every event is matched against the roles by release or backend; one that fits none is about something given up, and
/// changes nothing. A step that cannot be saved must not be acted upon: keep the value from before and hand the event in again.
package struct Deployment: Sendable, Equatable {
    package internal(set) var record: HostRecord
    package internal(set) var serving: Slot?
    package internal(set) var fallback: Slot?
    package internal(set) var candidate: Slot?
    /// The planner's last word.
    package internal(set) var decision: Decision?
    /// The release whose swap of `current` failed and is due again.
    package internal(set) var overdueSwap: Digest?

    let rules: DeploymentRules
    /// Whether old and new run side by side. In place, the old one is stopped before the new one starts.
    let sideBySide: Bool
    private var hasBegun = false
    private var nextGeneration: UInt64
    /// What `current` was last told to name.
    private var wantedCurrent: Digest?
    private var swapDue: Instant?
    /// How often in a row `current` could not be swapped.
    private var swapFailures = 0
    /// How often every release there is was tried in vain, with nothing to serve.
    var fruitlessRounds = 0
    /// The newest wake-up that was asked for.
    private var announced: Instant?
    var actions: [DeploymentAction] = []

    /// - Parameter firstGeneration: Higher than any generation used on this host before (a start time will do).
    package init(resuming record: HostRecord, rules: DeploymentRules, sideBySide: Bool, firstGeneration: UInt64) {
        self.record = record
        self.rules = rules
        self.sideBySide = sideBySide
        self.nextGeneration = firstGeneration
    }

    package mutating func handle(_ event: DeploymentEvent, at now: Instant) -> DeploymentStep {
        let before = record
        actions = []
        // Whatever comes first: `began` may have to be handed in again, after others.
        if !hasBegun { begin(at: now) }
        switch event {
        case .began: break
        case .decided(let decision, let head): decided(decision, head: head, at: now)
        case .logReplaced: forgetLog()
        case .materialized(let release): materialized(release)
        case .materializeFailed(let release, let cause, let reason): materializeFailed(release, cause, reason, at: now)
        case .ready(let backend): ready(backend, at: now)
        case .failed(let backend, let cause, let reason): failed(backend, cause, reason, at: now)
        case .gatePassed(let backend): gatePassed(backend, at: now)
        case .gateFailed(let backend, let cause, let reason): gateFailed(backend, cause, reason, at: now)
        case .exited(let backend, let reason): exited(backend, reason, at: now)
        case .foundUnhealthy(let backend, let reason): foundUnhealthy(backend, reason, at: now)
        case .currentSwapped(let release):
            swapFailures = 0
            if overdueSwap == release { overdueSwap = nil }
        case .currentSwapFailed(let release, _): currentSwapFailed(release, at: now)
        case .ticked: tick(at: now)
        case .thawed(let gap): if let until = record.probation?.until { record.probation?.until = until + max(gap, .zero) }
        }
        wake(after: event)
        defer { actions = [] }
        return DeploymentStep(record: record == before ? nil : record, actions: actions)
    }

    // MARK: The agent begins

    /// Starts again what served, and what it falls back to. Converges to what would have been without the interruption.
    private mutating func begin(at now: Instant) {
        hasBegun = true
        guard let target = record.serving else { return }
        serving = Slot(target: target)
        if var probation = record.probation {
            probation.restarts += 1
            record.probation = probation
            if let proven = probation.fallback {
                fallback = Slot(target: proven, phase: sideBySide ? .materializing : .cold)
                if probation.restarts > rules.interruptions {
                    serving?.phase = .cold
                    if fallback?.phase == .materializing { actions.append(.materialize(proven.release)) }
                    let reason = "The agent ended \(rules.interruptions) times while it was baking."
                    return returnToFallback(refusing: reason, at: now)
                }
            }
        }
        actions.append(.materialize(target.release))
        if let fallback, fallback.phase == .materializing { actions.append(.materialize(fallback.release)) }
    }

    // MARK: Time

    private mutating func tick(at now: Instant) {
        for role in [\Deployment.serving, \.fallback, \.candidate] {
            guard let slot = self[keyPath: role], case .waiting(let until) = slot.phase else { continue }
            // No pause is that long: the clock was set back.
            guard until <= now || until - now > rules.longestPause else { continue }
            self[keyPath: role]?.phase = .materializing
            actions.append(.materialize(slot.release))
        }
        if let release = overdueSwap, let due = swapDue, due <= now || due - now > rules.longestPause {
            swapDue = now + swapPause
            actions.append(.swapCurrent(release))
        }
        if let probation = record.probation, let target = serving?.target, canBeProven {
            if probation.until <= now {
                prove(target)
            } else if probation.until - now > rules.bake {
                record.probation?.until = now + rules.bake
            }
        }
    }

    /// It serves, and nothing speaks against it.
    private var canBeProven: Bool { serving?.ready != nil && serving?.fault == nil }

    /// The serving release survived its bake: nothing needs to stay warm beside it.
    private mutating func prove(_ target: Target) {
        record.probation = nil
        record.proven.removeAll { $0 == target.release }
        record.proven.insert(target.release, at: 0)
        if record.proven.count > HostRecord.provenLimit { record.proven.removeLast() }
        record.refused.removeAll { $0.release == target.release }
        let old = fallback
        fallback = nil
        route()
        giveUp(old)
    }

    /// Asks for a wake-up when something is due next. After a tick always: it may have come before its time.
    private mutating func wake(after event: DeploymentEvent) {
        var due: [Instant] = []
        for case .waiting(let until)? in [serving, fallback, candidate].map({ $0?.phase }) { due.append(until) }
        if overdueSwap != nil, let swapDue { due.append(swapDue) }
        if let probation = record.probation, canBeProven { due.append(probation.until) }
        let next = due.min()
        guard event == .ticked || next != announced else { return }
        announced = next
        if let next { actions.append(.wake(at: next)) }
    }

    // MARK: Another log

    /// What was accepted, and what was refused under it, means nothing in another log. What serves goes on.
    private mutating func forgetLog() {
        record.accepted = nil
        record.refused = []
        record.suspects = nil
    }

    // MARK: `current`

    mutating func swapCurrent(to release: Digest) {
        wantedCurrent = release
        // Whatever failed before is no longer wanted.
        overdueSwap = nil
        actions.append(.swapCurrent(release))
    }

    private mutating func currentSwapFailed(_ release: Digest, at now: Instant) {
        guard release == wantedCurrent else { return }
        swapFailures += 1
        overdueSwap = release
        swapDue = now + swapPause
    }

    /// Not at once, even the first time: what is in the way stays a moment.
    private var swapPause: Duration { rules.pause(after: max(swapFailures, 3)) }
}

// MARK: Steps that several events share
extension Deployment {
    /// A new backend of the release; the action that starts it is due.
    mutating func start(_ release: Digest) -> Slot.Phase {
        let backend = nextBackend(of: release)
        actions.append(.start(backend))
        return .starting(backend)
    }

    mutating func nextBackend(of release: Digest) -> BackendID {
        defer { nextGeneration += 1 }
        return BackendID(release: release, generation: nextGeneration)
    }

    /// Notes that a role failed; nothing of it runs any more.
    mutating func note(_ reason: String, inRelease: Bool, of role: WritableKeyPath<Deployment, Slot?>, at now: Instant) {
        guard var slot = self[keyPath: role] else { return }
        if case .up(_, let since) = slot.phase, now - since >= rules.settled { slot.failures = 0 }
        slot.failures += 1
        slot.lastFailure = reason
        if inRelease { slot.fault = reason }
        slot.phase = .cold
        self[keyPath: role] = slot
    }

    /// Puts a role that failed on pause.
    mutating func pause(_ role: WritableKeyPath<Deployment, Slot?>, at now: Instant) {
        guard let slot = self[keyPath: role] else { return }
        let until = now + rules.pause(after: slot.failures)
        self[keyPath: role]?.phase = .waiting(until: until)
    }

    /// Ends whatever goes on for a slot that has lost its role.
    mutating func giveUp(_ slot: Slot?) {
        guard let slot else { return }
        switch slot.phase {
        case .materializing: actions.append(.cancelMaterialize(slot.release))
        case .starting(let backend): actions.append(.kill(backend))
        case .asking(let backend, let runs):
            actions.append(.cancelGate(backend))
            if runs { actions.append(.kill(backend)) }
        case .up(let backend, _): actions.append(.retire(backend))
        case .waiting, .cold: break
        }
    }

    /// Tells the gateway where requests go now: to what serves, or while that is not up to its warm fallback.
    mutating func route() {
        if let backend = serving?.ready {
            actions.append(.switchTraffic(to: backend, fallback: fallback?.ready))
        } else {
            actions.append(.switchTraffic(to: fallback?.ready, fallback: nil))
        }
    }

    mutating func refuse(_ target: Target, _ reason: String, at now: Instant) {
        let reason = String(decoding: reason.utf8.prefix(Limits.textBytes), as: UTF8.self)
        record.refused.removeAll { $0.release == target.release }
        record.refused.insert(Refusal(release: target.release, decision: target.decision, reason: reason, at: now), at: 0)
        if record.refused.count > HostRecord.refusalLimit { record.refused.removeLast() }
    }

    /// Traffic goes back to the fallback, for good. With a reason, the serving release is refused; without, it was called back or
    /// could not help it.
    mutating func returnToFallback(refusing reason: String? = nil, at now: Instant) {
        guard var back = fallback, let bad = serving else { return }
        if let reason { refuse(bad.target, reason, at: now) }
        switch back.phase {
        case .cold, .waiting:
            back.phase = .materializing
            actions.append(.materialize(back.release))
        case .materializing, .starting, .asking, .up: break
        }
        fallback = nil
        serving = back
        record.serving = back.target
        // What never survived a bake of its own goes on with it.
        record.probation = record.proven.contains(back.release) ? nil : Probation(fallback: nil, until: now + rules.bake)
        route()
        // Without a backend its copy was not verified in this run of the agent; `current` follows when it was.
        if back.backend != nil { swapCurrent(to: back.release) }
        giveUp(bad)
    }
}
