import RolloutCore
import RolloutSystem
import Synchronization

/// The rounds of a loop that has to wait, as the host's watchdog sees them.
///
/// Before each wait the loop says how long it will be away at most; until then it counts as well, whatever it waits for. Once it is
/// overdue, nobody is told that it is well until it is back. So a volume that hangs, for which the loop waits no longer than it said,
/// is no reason to end the agent; a loop that does not come back is.
final class LoopRounds: Sendable {
    private struct State {
        /// In nanoseconds of uptime; `nil`: the loop is at work.
        var awayUntil: UInt64?
        /// Who asked meanwhile, and was not told yet.
        var asking: [@Sendable () -> Void] = []
    }

    private let clock: any HostClock
    private let state = Mutex(State())

    init(_ clock: any HostClock) { self.clock = clock }

    /// Waits for something that takes `limit` at most.
    func away<Result>(atMost limit: Duration, _ body: () async -> Result) async -> Result {
        let until = clock.uptimeNanoseconds &+ UInt64(max(limit.milliseconds, 0)) * 1_000_000
        answer(andSet: until)
        let result = await body()
        answer(andSet: nil)
        return result
    }

    /// Calls `answer` at once while the loop is away as long as it said, else when it next comes round. Never, when it does not.
    func pulse(_ answer: @escaping @Sendable () -> Void) {
        let now = clock.uptimeNanoseconds
        let isWell = state.withLock { state in
            if let until = state.awayUntil, now <= until { return true }
            state.asking.append(answer)
            return false
        }
        if isWell { answer() }
    }

    private func answer(andSet until: UInt64?) {
        let asking = state.withLock { state in
            state.awayUntil = until
            defer { state.asking = [] }
            return state.asking
        }
        for answer in asking { answer() }
    }
}
