import RolloutCore
import Synchronization

/// What happened to an app since its agent began, counted for metrics.
final class AppTally: Sendable {
    struct Counts: Hashable, Sendable {
        /// Times the traffic went to another release, back included.
        var switches: UInt64 = 0
        /// Of these, times the host went back by itself or was called back during a bake.
        var rollbacks: UInt64 = 0
        var refusals: UInt64 = 0
        var recordsAccepted: UInt64 = 0
        /// Copies made or rechecked, failed ones included, and the time they took.
        var materializations: UInt64 = 0
        var materializeTime: Duration = .zero
        /// Hooks that ended, by how.
        var hooksPassed: [HookPoint: UInt64] = [:]
        var hooksFailed: [HookPoint: UInt64] = [:]
        /// Requests that the embedded host answered instead of a guest.
        var guestFailures: [WagiDefect.Kind: UInt64] = [:]
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func note(before: Deployment, after: Deployment) {
        state.withLock { counts in
            if let release = after.serving?.release, release != before.serving?.release,
                before.serving != nil || after.serving?.ready != nil
            {
                counts.switches += 1
                if before.fallback?.release == release { counts.rollbacks += 1 }
            }
            counts.refusals += UInt64(after.record.refused.count { !before.record.refused.contains($0) })
        }
    }

    func noteRecords(_ count: Int) { state.withLock { $0.recordsAccepted += UInt64(count) } }

    func noteMaterialization(_ time: Duration) {
        state.withLock { counts in
            counts.materializations += 1
            counts.materializeTime += time
        }
    }

    func noteGuestFailure(_ kind: WagiDefect.Kind) { state.withLock { $0.guestFailures[kind, default: 0] += 1 } }

    func noteHook(_ point: HookPoint, passed: Bool) {
        state.withLock { counts in
            if passed { counts.hooksPassed[point, default: 0] += 1 } else { counts.hooksFailed[point, default: 0] += 1 }
        }
    }
}
