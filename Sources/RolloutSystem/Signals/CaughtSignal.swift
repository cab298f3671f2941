import CRolloutSystem
import Glibc

/// Signals, handled outside of signal handlers.
enum CaughtSignal {
    /// From now on `body` is called after the signal came, with how often, on the thread that watches descriptors. Signals that come
    /// in quick succession are told in one call. Only once for each signal.
    static func watch(_ signal: Int32, _ body: @escaping @Sendable (UInt64) -> Void) {
        let counter = rollout_catch_signal(signal)
        precondition(counter >= 0, "signal \(signal) cannot be caught: error \(errno)")
        DescriptorWatcher.shared.watch(counter) {
            var count: UInt64 = 0
            if read(counter, &count, 8) == 8 { body(count) }
            return .watchOn
        }
    }
}
