import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// Sees to it that this host can go back: the release that a rollback returns to has a whole copy on the local disk, and is compared with
/// its manifest now and then. A copy that is missing or damaged is made again from the volume.
final class FallbackCheck: Sendable {
    private let agent: AppAgent
    private let store: AppStore
    private let clock: any HostClock
    private let logger: Logger
    private let checked = Mutex<CheckedRelease?>(nil)
    private let failure = Mutex<Failure?>(nil)

    private struct Failure {
        var release: Digest
        var reason: String
        var at: Instant
        /// Until the next check.
        var pause: Duration
    }

    /// Between two checks of the same release.
    static let interval: Duration = .seconds(3600)
    /// Between two looks at which release it is, and before a check that failed is made again for the first time. What a check has
    /// to copy first may be the whole release, so the pauses grow.
    static let patience: Duration = .seconds(15)

    init(agent: AppAgent, store: AppStore, clock: any HostClock, logger: Logger) {
        self.agent = agent
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// The release that could be gone back to, when it was last found whole; `nil`: there is none, or it was not.
    var readiness: CheckedRelease? {
        checked.withLock { $0 }.flatMap { $0.release == wanted ? $0 : nil }
    }

    /// Checks until cancelled.
    func check() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.patience) } catch { return }
            guard let wanted, isDue(wanted) else { continue }
            switch await store.materialize(wanted, besides: { [agent] in agent.inUse.union([wanted]) }) {
            case .success:
                checked.withLock { $0 = CheckedRelease(release: wanted, at: clock.now) }
                failure.withLock { $0 = nil }
            case .failure(let problem):
                checked.withLock { $0 = nil }
                note(problem.reason, of: wanted)
            }
        }
    }

    private func note(_ reason: String, of release: Digest) {
        let before = failure.withLock { failure in
            let before = failure.flatMap { $0.release == release ? $0 : nil }
            let pause = before.map { min($0.pause * 2, Self.interval) } ?? Self.patience
            failure = Failure(release: release, reason: reason, at: clock.now, pause: pause)
            return before
        }
        guard before?.reason != reason else { return }
        logger.warning(
            "The release to go back to is not there", metadata: ["release": "\(release.short)", "reason": "\(reason)"])
    }

    /// What a rollback would return to, unless it serves already.
    private var wanted: Digest? {
        let record = agent.deployment.record
        let target = record.accepted?.state.channels[agent.app.channel]?.rollbackTarget
        return target == record.serving?.release ? nil : target
    }

    private func isDue(_ release: Digest) -> Bool {
        let now = clock.now
        // A clock that was set back makes it due.
        if let failure = failure.withLock({ $0 }), failure.release == release, failure.at <= now {
            return now - failure.at >= failure.pause
        }
        guard let last = checked.withLock({ $0 }), last.release == release else { return true }
        return now - last.at >= Self.interval || now < last.at
    }
}
