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

    /// Between two checks of the same release.
    static let interval: Duration = .seconds(3600)
    /// Between two looks at which release it is, and before a check that failed is made again.
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
            case .success: checked.withLock { $0 = CheckedRelease(release: wanted, at: clock.now) }
            case .failure(let problem):
                checked.withLock { $0 = nil }
                logger.warning(
                    "The release to go back to is not there",
                    metadata: ["release": "\(wanted.short)", "reason": "\(problem.reason)"])
            }
        }
    }

    /// What a rollback would return to, unless it serves already.
    private var wanted: Digest? {
        let record = agent.deployment.record
        let target = record.accepted?.state.channels[agent.app.channel]?.rollbackTarget
        return target == record.serving?.release ? nil : target
    }

    private func isDue(_ release: Digest) -> Bool {
        guard let last = checked.withLock({ $0 }), last.release == release else { return true }
        return clock.now - last.at >= Self.interval || clock.now < last.at
    }
}
