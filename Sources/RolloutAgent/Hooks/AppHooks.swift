import Logging
import RolloutCore
import Synchronization

/// One app's hooks: run one after the other, never two at once.
///
/// A gate is asked at least once: when the agent dies meanwhile, its successor takes the attempt up again and asks again. What only
/// informs is told at most once.
final class AppHooks: Sendable {
    private struct State {
        /// The end of the line: whoever comes next waits for it.
        var last: Task<Void, Never>?
        var gates: [BackendID: Task<Void, Never>] = [:]
        var messages: [UInt64: Task<Void, Never>] = [:]
        var nextMessage: UInt64 = 0
        var isStopped = false
    }

    private let section: HooksSection
    private let runner: HookRunner
    private let logger: Logger
    private let tally: AppTally
    private let state = Mutex(State())
    /// Messages that may wait in line; more are dropped, with a warning.
    private static let lineLimit = 32

    init(section: HooksSection, runner: HookRunner, tally: AppTally, logger: Logger) {
        self.tally = tally
        self.section = section
        self.runner = runner
        self.logger = logger
    }

    /// Whether candidates have to pass one.
    var hasGate: Bool { section[.beforeActivate] != nil }

    /// Asks the gate. `body` is called once, in any case: with `cancelled` when `cancelGate` or `stop` came first.
    func askGate(
        _ backend: BackendID, _ facts: HookFacts, then body: @escaping @Sendable (HookOutcome) -> Void
    ) {
        guard let hook = section[.beforeActivate] else { return body(.passed) }
        let isTaken = state.withLock { state in
            guard !state.isStopped else { return false }
            let previous = state.last
            let task = Task {
                await previous?.value
                let outcome = Task.isCancelled ? .cancelled : await self.run(hook, facts)
                let isWanted = self.state.withLock { $0.gates.removeValue(forKey: backend) != nil }
                body(isWanted ? outcome : .cancelled)
            }
            state.gates[backend] = task
            state.last = task
            return true
        }
        if !isTaken { body(.cancelled) }
    }

    func cancelGate(_ backend: BackendID) { state.withLock { $0.gates.removeValue(forKey: backend) }?.cancel() }

    /// Tells a hook about something that has happened. `body` is called once it has ended, in any case.
    func tell(_ facts: HookFacts, then body: @escaping @Sendable () -> Void) {
        guard let hook = section[facts.point] else { return body() }
        let isTaken = state.withLock { state in
            guard !state.isStopped, state.messages.count < Self.lineLimit else { return false }
            let (previous, number) = (state.last, state.nextMessage)
            state.nextMessage += 1
            let task = Task {
                await previous?.value
                if !Task.isCancelled { _ = await self.run(hook, facts) }
                self.state.withLock { _ = $0.messages.removeValue(forKey: number) }
                body()
            }
            state.messages[number] = task
            state.last = task
            return true
        }
        guard !isTaken else { return }
        logger.warning("Left out a hook", metadata: ["hook": "\(facts.point.rawValue)"])
        body()
    }

    /// Ends what runs and takes nothing more. Returns when nothing of it is left.
    func stop() async {
        let (tasks, last) = state.withLock { state in
            state.isStopped = true
            let tasks = Array(state.gates.values) + Array(state.messages.values)
            state.gates = [:]
            return (tasks, state.last)
        }
        for task in tasks { task.cancel() }
        await last?.value
    }

    private func run(_ hook: HookSetting, _ facts: HookFacts) async -> HookOutcome {
        let began = ContinuousClock.now
        let outcome = await runner.run(hook, facts)
        if outcome != .cancelled { tally.noteHook(facts.point, passed: outcome == .passed) }
        var metadata: Logger.Metadata = [
            "hook": "\(facts.point.rawValue)", "release": "\(facts.release.short)",
            "milliseconds": "\((ContinuousClock.now - began).milliseconds)",
        ]
        switch outcome {
        case .passed: logger.info("Ran a hook", metadata: metadata)
        case .cancelled: logger.info("Ended a hook that is not needed any more", metadata: metadata)
        case .failed(let reason), .unavailable(let reason):
            metadata["reason"] = "\(reason)"
            logger.warning("A hook failed", metadata: metadata)
        }
        return outcome
    }
}
