import Gateway
import Logging
import RolloutCore
import RolloutSystem
import Synchronization

/// Drives an agent by Lambda's invocations: asks for the next one, takes a turn, and again.
///
/// The environment may be frozen from the moment `next` is called until it answers, so nothing here relies on time that passes
/// then: timers and decisions are held back, and what times out across it is not believed (`Freezes`).
final class FunctionHost: Sendable {
    private struct State {
        var isLooking = false
        var isWritingStatus = false
        /// How long the host was frozen since timers were last let go on.
        var gap: Duration = .zero
    }

    private let platform: any FunctionPlatform
    private let apps: [HostedApp]
    private let watcher: VolumeWatcher
    private let reporter: StatusReporter
    private let freezes: Freezes
    private let rules: TurnRules
    private let clock: any HostClock
    private let logger: Logger
    private let bell = Doorbell()
    private let state = Mutex(State())

    init(
        platform: any FunctionPlatform, apps: [HostedApp], watcher: VolumeWatcher, reporter: StatusReporter, freezes: Freezes,
        rules: TurnRules, clock: any HostClock, logger: Logger
    ) {
        self.platform = platform
        self.apps = apps
        self.watcher = watcher
        self.reporter = reporter
        self.freezes = freezes
        self.rules = rules
        self.clock = clock
        self.logger = logger
        watcher.holdPlans()
        for app in apps {
            app.agent.observe { [bell] in bell.ring() }
            app.agent.observeIdle { [bell] in bell.ring() }
        }
    }

    /// Runs until cancelled, or until the platform cannot be asked any more: then the process must end, for an environment whose
    /// extension does not call `next` never becomes free again.
    ///
    /// - Parameter deadline: of the start.
    func run(startBy deadline: Instant) async throws(AgentError) {
        await take(.start, deadline: deadline)
        while !Task.isCancelled {
            guard let event = try await next(), event.kind == .invoke else { return }
            await take(.invocation, deadline: event.deadline)
        }
    }

    var now: Instant { clock.now }

    // MARK: Between turns

    /// `nil` when this was called off.
    private func next() async throws(AgentError) -> Invocation? {
        watcher.holdPlans()
        for app in apps { app.agent.holdTimers() }
        let before = clock.uptimeNanoseconds
        freezes.begin()
        defer {
            freezes.end()
            let gap = Duration.nanoseconds(Int64(clamping: clock.uptimeNanoseconds &- before))
            state.withLock { $0.gap += gap }
        }
        return try await ask()
    }

    /// A connection that fails is tried again, for the platform may be busy with the thaw; what it answers counts.
    private func ask() async throws(AgentError) -> Invocation? {
        var pause: Duration = .milliseconds(10)
        while true {
            do throws(ExtensionsAPI.Failure) {
                return try await platform.next()
            } catch {
                if Task.isCancelled { return nil }
                if error.status == nil, pause < .seconds(1) {
                    await rest(pause)
                    pause *= 3
                    continue
                }
                let failure = AgentError(
                    .unavailable,
                    "Could not get the next event from Lambda: \(error). The environment starts anew; nothing is to be done.")
                await platform.exit(type: "Extension.NextFailed", message: failure.description)
                throw failure
            }
        }
    }

    private func rest(_ time: Duration) async { try? await Task.sleep(for: time) }

    // MARK: Turns

    private func take(_ kind: FunctionTurn.Kind, deadline: Instant) async {
        let begun = clock.now
        var turn = FunctionTurn(kind, rules: rules, begun: begun, deadline: deadline, answered: requests().answered)
        while !Task.isCancelled {
            let now = clock.now
            switch turn.step(facts(isLookDone: turn.lookedAt != nil), at: now) {
            case .wait(let until): await bell.wait(atMost: max(until - now, .milliseconds(1)))
            case .look: look()
            case .release: release()
            case .probe: probe()
            case .writeStatus: writeStatus()
            case .yield(let end):
                logger.log(
                    level: end == .nothingToDo ? .debug : .info, "A turn ended",
                    metadata: ["kind": "\(kind)", "end": "\(end.rawValue)", "time": "\(clock.now - begun)"])
                return
            }
        }
    }

    /// - Parameter isLookDone: before, a request may be under way that is not to share its processor: only what matters then.
    private func facts(isLookDone: Bool) -> TurnFacts {
        var facts = TurnFacts()
        let requests = requests()
        facts.requestsInFlight = requests.inFlight
        facts.requestsAnswered = requests.answered
        facts.isServing = apps.allSatisfy { $0.agent.view.isReady }
        guard isLookDone else { return facts }
        facts.isVolumeThere = watcher.seesVolume
        facts.isCopying = apps.contains { $0.agent.isCopying }
        facts.isActivating = apps.contains { $0.agent.isActivating }
        facts.isBaking = apps.contains { $0.agent.isBaking }
        facts.isProbing = apps.contains { $0.agent.isProbing }
        facts.owesStatus = reporter.isOwed
        (facts.isLooking, facts.isWritingStatus, facts.holdsBack) = state.withLock { state in
            // A freeze is to be told to what counts time.
            (state.isLooking, state.isWritingStatus, state.gap > .zero && facts.isBaking)
        }
        if watcher.holdsPlans || apps.contains(where: { $0.agent.isTickDue }) { facts.holdsBack = true }
        return facts
    }

    private func requests() -> (inFlight: Int, answered: UInt64) {
        var (inFlight, answered) = (0, UInt64(0))
        for gateway in apps.compactMap(\.gateway) {
            let metrics = gateway.metrics()
            inFlight += metrics.holding
            answered += metrics.ownResponses.values.reduce(0, +)
            for release in metrics.releases.values {
                inFlight += Int(clamping: release.inFlight)
                answered += release.responses.dropFirst().reduce(0, +) + release.abandoned
            }
        }
        return (inFlight, answered)
    }

    // MARK: Steps

    private func look() {
        state.withLock { $0.isLooking = true }
        Task {
            await watcher.look()
            state.withLock { $0.isLooking = false }
            bell.ring()
        }
    }

    private func release() {
        let gap = state.withLock { state in
            defer { state.gap = .zero }
            return state.gap
        }
        for app in apps { app.agent.releaseTimers(after: gap) }
        watcher.releasePlans()
    }

    private func probe() {
        for app in apps { app.agent.judgeBake { [bell] in bell.ring() } }
    }

    private func writeStatus() {
        state.withLock { $0.isWritingStatus = true }
        Task {
            await reporter.writeOwed()
            state.withLock { $0.isWritingStatus = false }
            bell.ring()
        }
    }
}
