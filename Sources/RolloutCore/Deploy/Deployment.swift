/// One app's deployment on one host: events in, a `DeploymentStep` out. No files, no clock, no processes.
///
/// Three roles, each a `Slot` or empty:
/// - *serving* gets the traffic. Empty only until the first release is ready.
/// - *fallback* is what traffic goes back to while *serving* bakes: warm beside it (blue-green), or cold (in place).
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
    private var nextGeneration: UInt64
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
        switch event {
        case .began: begin(at: now)
        case .decided(let decision, let head): decided(decision, head: head, at: now)
        case .materialized(let release): materialized(release)
        case .materializeFailed(let release, let failure, let reason): materializeFailed(release, failure, reason, at: now)
        case .ready(let backend): ready(backend, at: now)
        case .failed(let backend, let reason): failed(backend, reason, at: now)
        case .exited(let backend, let reason): exited(backend, reason, at: now)
        case .foundUnhealthy(let backend, let reason): foundUnhealthy(backend, reason, at: now)
        case .currentSwapped(let release): if overdueSwap == release { overdueSwap = nil }
        case .currentSwapFailed(let release, _):
            if serving?.release == release {
                overdueSwap = release
                actions.append(.wake(at: now + rules.pause(after: 3)))
            }
        case .ticked: tick(at: now)
        }
        defer { actions = [] }
        return DeploymentStep(record: record == before ? nil : record, actions: actions)
    }

    /// A new backend of the release; the action that starts it is due.
    mutating func start(_ release: Digest) -> Slot.Phase {
        let backend = BackendID(release: release, generation: nextGeneration)
        nextGeneration += 1
        actions.append(.start(backend))
        return .starting(backend)
    }

    /// Puts a role on pause after a failure, with a wake-up for its end.
    mutating func pause(_ role: WritableKeyPath<Deployment, Slot?>, _ reason: String, at now: Instant) {
        guard var slot = self[keyPath: role] else { return }
        slot.failures += 1
        slot.lastFailure = reason
        let until = now + rules.pause(after: slot.failures)
        slot.phase = .waiting(until: until)
        self[keyPath: role] = slot
        actions.append(.wake(at: until))
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
        record.refused.removeAll { $0.release == target.release }
        record.refused.insert(Refusal(release: target.release, decision: target.decision, reason: reason, at: now), at: 0)
        if record.refused.count > HostRecord.refusalLimit { record.refused.removeLast() }
        if record.attempt?.target == target { record.attempt = nil }
    }

    // MARK: The agent begins

    /// Starts again what served, and what it falls back to. Converges to what would have been without the interruption.
    private mutating func begin(at now: Instant) {
        guard let target = record.serving else { return }
        if var probation = record.probation {
            probation.restarts += 1
            record.probation = probation
            if let fallback = probation.fallback {
                if probation.restarts > rules.interruptions {
                    refuse(target, "The agent ended \(rules.interruptions) times while it was baking.", at: now)
                    record.serving = fallback
                    record.probation = nil
                    serving = Slot(target: fallback)
                    actions.append(.materialize(fallback.release))
                    return
                }
                self.fallback = Slot(target: fallback, phase: sideBySide ? .materializing : .waiting(until: .distantFuture))
            }
        }
        serving = Slot(target: target)
        actions.append(.materialize(target.release))
        if sideBySide, let fallback { actions.append(.materialize(fallback.release)) }
    }

    // MARK: Time

    private mutating func tick(at now: Instant) {
        for role in [\Deployment.serving, \.fallback, \.candidate] {
            if let slot = self[keyPath: role], case .waiting(let until) = slot.phase, until <= now {
                self[keyPath: role]?.phase = .materializing
                actions.append(.materialize(slot.release))
            }
            if let slot = self[keyPath: role], case .up(_, let since) = slot.phase, now - since >= rules.settled {
                self[keyPath: role]?.failures = 0
            }
        }
        if let overdueSwap { actions.append(.swapCurrent(overdueSwap)) }
        if let probation = record.probation, let slot = serving, slot.ready != nil, probation.until <= now { prove(slot.target) }
    }

    /// The serving release survived its bake: nothing needs to stay warm beside it.
    private mutating func prove(_ target: Target) {
        record.probation = nil
        record.proven.removeAll { $0 == target.release }
        record.proven.insert(target.release, at: 0)
        if record.proven.count > HostRecord.provenLimit { record.proven.removeLast() }
        let old = fallback?.backend
        fallback = nil
        route()
        if let old { actions.append(.retire(old)) }
    }
}

extension Instant {
    /// Later than any other.
    static let distantFuture = Instant(milliseconds: .max)
}
