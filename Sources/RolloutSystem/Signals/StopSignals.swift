import Glibc
import Synchronization

/// The signals by which somebody asks this process to stop: SIGTERM, SIGINT, SIGQUIT, which images name as STOPSIGNAL, and SIGHUP,
/// the end of the terminal, unless it is ignored (nohup).
///
/// Caught from the moment this is made: the first process of a container gets no signal that it does not catch, so one that
/// comes while the process still starts would be lost.
package final class StopSignals: Sendable {
    private struct State {
        var count = 0
        var observers: [@Sendable (Int) -> Void] = []
    }

    /// Of this process; caught from its first use on.
    package static let shared = StopSignals()

    private let state = Mutex(State())

    private init() {
        for signal in [SIGTERM, SIGINT, SIGQUIT, SIGHUP] where signal != SIGHUP || !CaughtSignal.isIgnored(signal) {
            CaughtSignal.watch(signal) { [self] count in arrived(Int(clamping: count)) }
        }
    }

    /// How many came so far.
    package var count: Int { state.withLock { $0.count } }

    /// Calls `body` with how many came so far: at once when some did, and each time more come. On the thread that watches descriptors.
    package func observe(_ body: @escaping @Sendable (Int) -> Void) {
        let known = state.withLock { state in
            state.observers.append(body)
            return state.count
        }
        if known > 0 { body(known) }
    }

    private func arrived(_ more: Int) {
        let (count, observers) = state.withLock { state in
            state.count += more
            return (state.count, state.observers)
        }
        for observer in observers { observer(count) }
    }
}
