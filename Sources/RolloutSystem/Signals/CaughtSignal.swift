import CRolloutSystem
import Glibc
import SystemPackage

/// Signals, handled outside of signal handlers.
package enum CaughtSignal {
    /// From now on `body` is called after the signal came, with how often, on the thread that watches descriptors. Signals that come
    /// in quick succession are told in one call. Only once for each signal.
    package static func watch(_ signal: Int32, _ body: @escaping @Sendable (UInt64) -> Void) {
        let counter = rollout_catch_signal(signal)
        precondition(counter >= 0, "signal \(signal) cannot be caught: error \(errno)")
        do throws(Errno) {
            try DescriptorWatcher.shared.watch(counter) {
                var count: UInt64 = 0
                if read(counter, &count, 8) == 8 { body(count) }
                return .watchOn
            }
        } catch {
            // As the process starts, and never later.
            preconditionFailure("signal \(signal) cannot be watched: \(error)")
        }
    }

    /// Whether whoever started this process has a signal ignored, as nohup(1) does with SIGHUP.
    static func isIgnored(_ signal: Int32) -> Bool { rollout_ignores_signal(signal) }

    /// Stops this process as ^Z does, after it has done what was to be done before; returns when it is continued.
    package static func stopUntilContinued() { rollout_stop_until_continued() }
}
