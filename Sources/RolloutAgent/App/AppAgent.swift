import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// Runs one app's deployment: takes events in order, saves what must be durable, then carries out the actions.
///
/// One task consumes the events. Whatever takes time is a child task that hands its outcome back as an event.
final class AppAgent: Sendable {
    let app: AppSection
    /// What the gateway and the probes say about what serves.
    let evidence = EvidenceTracker()
    private let store: AppStore
    let driver: any BackendDriver
    private let host: HostID
    private let hooks: AppHooks
    let tally: AppTally
    private let clock: any HostClock
    private let logger: Logger
    /// Whether the host looks when it is told to, because nothing of it runs in between.
    let isPaced: Bool
    let state: Mutex<State>
    private let messages: AsyncStream<Message>
    private let inbox: AsyncStream<Message>.Continuation

    private enum Message: Sendable {
        case event(DeploymentEvent)
        /// Somebody wants to know whether the loop goes round.
        case pulse(@Sendable () -> Void)
    }

    struct State {
        var deployment: Deployment
        /// Verified copies, by release; only ever of the few releases in the deployment's roles.
        var copies: [Digest: LocalCopy] = [:]
        var materializing: [Digest: Task<Void, Never>] = [:]
        var starting: [BackendID: Task<Void, Never>] = [:]
        /// The end of the actions that wait for each other: swaps of `current`, and in place everything that starts or stops.
        var lastAction: Task<Void, Never>?
        var bake: Bake?
        /// Events not yet handled, and actions under way that do not depend on the volume.
        var underWay = 0
        /// Timers that are due wait: the host may be frozen, or a request is to be left alone.
        var holdsTimers = false
        var isTickDue = false
        /// Only what was asked for last is meant: it is the earliest of all that will be due.
        var alarm: Task<Void, Never>?
        /// Events whose record could not be saved, and that come again.
        var retrying: Set<DeploymentEvent> = []
        /// The end of a freeze was noted, and is not handled yet.
        var isThawing = false
        var wasReady = false
        var problem: String?
        var since: Instant?
        var observers: [@Sendable () -> Void] = []
        var idleObservers: [@Sendable () -> Void] = []
    }

    struct Bake {
        var backend: BackendID
        var judge: BakeJudge
        /// `nil` on a paced host.
        var task: Task<Void, Never>?
        var isProbing = false
    }

    init(
        app: AppSection, host: HostID, resuming record: HostRecord, store: AppStore, driver: any BackendDriver, hooks: AppHooks,
        tally: AppTally, clock: any HostClock, isPaced: Bool = false, logger: Logger
    ) {
        self.app = app
        self.isPaced = isPaced
        self.store = store
        self.driver = driver
        self.host = host
        self.hooks = hooks
        self.tally = tally
        self.clock = clock
        self.logger = logger
        let rules = DeploymentRules(bake: app.bake, attempts: app.attempts, gated: hooks.hasGate)
        let deployment = Deployment(
            resuming: record, rules: rules, sideBySide: app.strategy.isSideBySide,
            firstGeneration: UInt64(max(clock.wallMilliseconds, 0)))
        self.state = Mutex(State(deployment: deployment))
        (self.messages, self.inbox) = AsyncStream.makeStream()
    }

    /// Hands an event in, from any thread.
    func note(_ event: DeploymentEvent) {
        state.withLock { $0.underWay += 1 }
        inbox.yield(.event(event))
    }

    /// Calls `answer` from the loop that decides, when it comes to it. Never, when the loop hangs or has ended.
    func pulse(_ answer: @escaping @Sendable () -> Void) { inbox.yield(.pulse(answer)) }

    /// Calls `body` after every event that was handled.
    func observe(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.observers.append(body) } }

    /// What an operator said of another log; `nil`: nothing.
    func consent() async -> LogConsent? { await store.consent() }

    /// The deployment as it stands.
    var deployment: Deployment { state.withLock { $0.deployment } }

    var view: AppView {
        state.withLock { state in
            AppView(deployment: state.deployment, problem: state.problem, since: state.since)
        }
    }

    /// Handles events until `stop`; then the backends are stopped, after their requests.
    func run() async {
        note(.began)
        for await message in messages {
            switch message {
            case .event(let event):
                await handle(event)
                ended()
            case .pulse(let answer): answer()
            }
        }
        let starting = state.withLock { state in
            state.bake?.task?.cancel()
            state.alarm?.cancel()
            return Array(state.starting.values)
        }
        for task in starting { task.cancel() }
        // A gate first: it may be asking a backend that is about to be stopped.
        await hooks.stop()
        await driver.shutDown()
        for task in starting { await task.value }
        // One that was launched while the others were stopped.
        await driver.shutDown()
    }

    func stop() { inbox.finish() }

    private func handle(_ event: DeploymentEvent) async {
        guard !holds(event) else { return }
        let now = clock.now
        var next = deployment
        let before = next
        let step = next.handle(event, at: now)
        if let record = step.record {
            do { try await store.save(record) } catch {
                // Nothing was done, so nothing is lost: the same event comes again, and again.
                let isNew = state.withLock { state in
                    defer { state.problem = "\(error)" }
                    return state.problem != "\(error)"
                }
                if isNew { logger.error("Could not save the host record", metadata: ["error": "\(error)"]) }
                retry(event)
                return
            }
        }
        if event == .logReplaced { await store.dropConsent() }
        log(event, before: before, after: next)
        state.withLock { state in
            if state.deployment.serving?.release != next.serving?.release { state.since = now }
            state.deployment = next
            if state.retrying.isEmpty { state.problem = nil }
            state.wasReady = state.wasReady || next.serving?.ready != nil
        }
        tally.note(before: before, after: next)
        for action in step.actions { perform(action) }
        for message in hookMessages.messages(before: before, after: next) {
            state.withLock { $0.underWay += 1 }
            hooks.tell(message) { self.ended() }
        }
        watchBake(next)
        forgetUnused(next)
        tickIfDue(after: event)
        for observer in state.withLock({ $0.observers }) { observer() }
    }

    private func retry(_ event: DeploymentEvent) {
        // Every look at the volume brings the same decision again for as long as it is not saved; it is tried again once.
        guard state.withLock({ $0.retrying.insert(event).inserted }) else { return }
        Task {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            state.withLock { _ = $0.retrying.remove(event) }
            note(event)
        }
    }

    /// One of what is counted in `underWay` is over.
    private func ended() {
        let isIdle = state.withLock { state in
            state.underWay -= 1
            return state.underWay == 0
        }
        guard isIdle else { return }
        for observer in state.withLock({ $0.idleObservers }) { observer() }
    }

    // MARK: Actions

    private func perform(_ action: DeploymentAction) {
        switch action {
        case .switchTraffic(let backend, let fallback): driver.switchTraffic(to: backend, fallback: fallback)
        case .wake(let instant): wake(at: instant)
        case .materialize(let release): materialize(release)
        case .askGate(let backend): askGate(backend)
        case .cancelGate(let backend): hooks.cancelGate(backend)
        case .cancelMaterialize(let release): state.withLock { $0.materializing.removeValue(forKey: release) }?.cancel()
        case .kill(let backend):
            state.withLock { $0.starting[backend] }?.cancel()
            let killing = begin(action)
            if !isSideBySide { enqueue { await killing.value } }
        case .start(let backend):
            // In place the old backend must be gone before the new one starts, and `current` must name what is started.
            // Under the lock, so that the task cannot take itself off the list before it is on it.
            let previous = isSideBySide ? nil : state.withLock { $0.lastAction }
            state.withLock { state in
                state.underWay += 1
                let starting = Task {
                    await previous?.value
                    await complete(action)
                    ended()
                }
                state.starting[backend] = starting
                if !isSideBySide { state.lastAction = starting }
            }
        case .retire: if isSideBySide { _ = begin(action) } else { enqueue { await self.complete(action) } }
        // One after the other, always: the last one asked for must be the last one made.
        case .swapCurrent: enqueue { await self.complete(action) }
        }
    }

    private var isSideBySide: Bool { app.strategy == .blueGreen }

    private func begin(_ action: DeploymentAction) -> Task<Void, Never> {
        state.withLock { $0.underWay += 1 }
        return Task {
            await complete(action)
            ended()
        }
    }

    /// Does something after what was enqueued before has ended.
    private func enqueue(_ body: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            let previous = state.lastAction
            state.underWay += 1
            state.lastAction = Task {
                await previous?.value
                await body()
                ended()
            }
        }
    }

    private func complete(_ action: DeploymentAction) async {
        switch action {
        case .retire(let backend):
            await driver.retire(backend)
            collect()
        case .kill(let backend):
            await driver.kill(backend)
            collect()
        case .start(let backend): await start(backend)
        case .swapCurrent(let release):
            do {
                try await store.swapCurrent(release)
                note(.currentSwapped(release))
            } catch {
                logger.error("Could not swap current", metadata: ["release": "\(release.short)", "error": "\(error)"])
                state.withLock { $0.problem = "\(error)" }
                note(.currentSwapFailed(release, reason: "\(error)"))
            }
        case .switchTraffic, .wake, .materialize, .cancelMaterialize, .askGate, .cancelGate: break
        }
    }

    private func materialize(_ release: Digest) {
        state.withLock { state in
            // A copy in progress reports to whoever asked first; both roles hear the same event.
            guard state.materializing[release] == nil else { return }
            state.materializing[release] = Task {
                let began = ContinuousClock.now
                let result = await store.materialize(release) { self.inUse.union([release]) }
                tally.noteMaterialization(ContinuousClock.now - began)
                finishMaterialize(release, result)
            }
        }
    }

    private func finishMaterialize(_ release: Digest, _ result: Result<LocalCopy, MaterializeProblem>) {
        let wanted = state.withLock { state in
            if case .success(let copy) = result { state.copies[release] = copy }
            // There is no moment between the copy and what follows from it in which nothing seems to be under way.
            state.underWay += 1
            return state.materializing.removeValue(forKey: release) != nil
        }
        defer { ended() }
        guard wanted else { return }
        switch result {
        case .success: note(.materialized(release))
        case .failure(let problem): note(.materializeFailed(release, problem.cause, reason: problem.reason))
        }
    }

    private func start(_ backend: BackendID) async {
        defer { state.withLock { _ = $0.starting.removeValue(forKey: backend) } }
        guard let copy = state.withLock({ $0.copies[backend.release] }) else {
            return note(.failed(backend, .environment, reason: "Its local copy is gone."))
        }
        do throws(BackendFailure) {
            try await driver.start(backend, from: copy)
            Task {
                guard let ending = await driver.exited(backend) else { return }
                note(.exited(backend, reason: ending))
            }
            // It has answered. All that an agent that began anew after the bake would have to show for a quiet host.
            evidence.noteProbe(of: backend.release, passed: true)
            note(.ready(backend))
        } catch {
            // Nothing starts where it cannot write a byte, whatever the release.
            let cause = await store.isFull ? .environment : error.cause
            note(.failed(backend, cause, reason: error.reason))
        }
    }

    private var hookMessages: HookMessages { HookMessages(app: app, host: host, copies: state.withLock { $0.copies }) }

    private func askGate(_ backend: BackendID) {
        let deployment = deployment
        guard let candidate = deployment.candidate, candidate.asking == backend else { return }
        let question = hookMessages.question(about: candidate, at: driver.address(of: backend), in: deployment)
        state.withLock { $0.underWay += 1 }
        hooks.askGate(backend, question) { outcome in
            defer { self.ended() }
            switch outcome {
            case .passed: self.note(.gatePassed(backend))
            case .failed(let reason): self.note(.gateFailed(backend, .release, reason: reason))
            case .unavailable(let reason): self.note(.gateFailed(backend, .environment, reason: reason))
            case .cancelled: break
            }
        }
    }

    private func wake(at instant: Instant) {
        let pause = max(instant - clock.now, .zero)
        // Slightly late rather than early: a tick before its time would do nothing.
        let alarm = Task {
            do { try await Task.sleep(for: pause + .milliseconds(1)) } catch { return }
            note(.ticked)
        }
        let former = state.withLock { state in
            defer { state.alarm = alarm }
            return state.alarm
        }
        former?.cancel()
    }

    // MARK: Bake

    /// Releases in the deployment's roles, and those that a backend finishes its requests from.
    var inUse: Set<Digest> { roles(of: deployment).union(driver.inUse) }

    private func roles(of deployment: Deployment) -> Set<Digest> {
        Set([deployment.serving, deployment.fallback, deployment.candidate].compactMap { $0?.release })
    }

    /// Drops copies nobody needs from memory, and from disk beyond what is kept.
    private func forgetUnused(_ deployment: Deployment) {
        let used = roles(of: deployment)
        let changed = state.withLock { state in
            let before = state.copies.count
            state.copies = state.copies.filter { used.contains($0.key) }
            return state.copies.count != before
        }
        if changed { collect() }
    }

    private func collect() { Task { await store.collect { self.kept } } }

    /// The releases that stay on disk. As of now: asked when they are deleted, since one that was done with may be wanted again.
    private var kept: Set<Digest> {
        let used = inUse
        let record = deployment.record
        var kept = used.union(record.proven.filter { !used.contains($0) }.prefix(store.keep))
        // What a rollback returns to stays at hand.
        if let back = record.accepted?.state.channels[app.channel]?.rollbackTarget { kept.insert(back) }
        return kept
    }

    private func log(_ event: DeploymentEvent, before: Deployment, after: Deployment) {
        for entry in DeploymentLog.entries(event, before: before, after: after) {
            logger.log(level: entry.level, "\(entry.message)", metadata: entry.metadata)
        }
    }
}
