import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// Writes each app's status to the volume: soon after a change, and every now and then when nothing changed.
final class StatusReporter: Sendable {
    private struct State {
        var isStopping = false
        /// Why the host will be taken away.
        var leaving: String?
        var problem: String?
        /// What was written last, without its times.
        var written: [AppName: HostStatus] = [:]
    }

    private let section: VolumeSection
    private let lane: BlockingLane
    private let files: any FileSystem
    private let clock: any HostClock
    private let logger: Logger
    private let bell = Doorbell()
    private let state = Mutex(State())
    private let apps: [AppStatus]
    private let view: @Sendable (AppName) -> VolumeView

    init(
        section: VolumeSection, apps: [AppStatus], lane: BlockingLane, files: any FileSystem, clock: any HostClock,
        logger: Logger,
        view: @escaping @Sendable (AppName) -> VolumeView
    ) {
        self.section = section
        self.apps = apps
        self.lane = lane
        self.files = files
        self.clock = clock
        self.logger = logger
        self.view = view
        for app in apps { app.app.agent.observe { [bell] in bell.ring() } }
    }

    /// From now on the host says that it is stopping, and is not ready.
    func noteStopping() {
        state.withLock { $0.isStopping = true }
        bell.ring()
    }

    /// The host will be taken away for this reason, and is not ready; `nil`: it stays after all.
    func noteLeaving(_ reason: String?) {
        state.withLock { $0.leaving = reason }
        bell.ring()
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Every app's status now, in the configuration's order.
    func statuses() -> [HostStatus] {
        let (isStopping, leaving) = state.withLock { ($0.isStopping, $0.leaving) }
        return apps.map { app in
            app.status(volume: view(app.app.section.name), isStopping: isStopping, leaving: leaving, now: clock.now)
        }
    }

    /// Writes until cancelled.
    func report() async {
        while !Task.isCancelled {
            await writeOwed()
            await bell.wait(atMost: interval)
            // Changes come in bursts: one write tells them all.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    /// More often while a rollout is open: who coordinates it goes by the numbers in here.
    private var interval: Duration {
        let isRolling = apps.contains { app in
            app.app.agent.deployment.record.accepted?.state.channels[app.app.section.channel]?.rollout != nil
        }
        return isRolling ? min(section.status, Self.rollingInterval) : section.status
    }

    private static let rollingInterval: Duration = .seconds(5)

    /// Says that the host has stopped, if the volume takes it at once.
    func writeLast() async {
        for status in statuses() { await write(status, evenUnchanged: true) }
    }

    /// Something is to be written.
    var isOwed: Bool { statuses().contains(where: isDue) }

    /// Writes what is due.
    func writeOwed() async {
        for status in statuses() { await write(status, evenUnchanged: false) }
    }

    private func isDue(_ status: HostStatus) -> Bool {
        let interval = interval
        return state.withLock { state in
            guard let last = state.written[status.app] else { return true }
            var undated = status
            undated.updated = last.updated
            undated.volumeSeen = last.volumeSeen
            undated.leaseUntil = last.leaseUntil
            undated.evidence = last.evidence
            return undated != last || status.updated - last.updated + .milliseconds(100) >= interval
        }
    }

    private func write(_ status: HostStatus, evenUnchanged: Bool) async {
        guard evenUnchanged || isDue(status) else { return }
        let layout = VolumeLayout(root: section.statusPath ?? section.path)
        let file = StatusFile(path: layout.status(status.app, status.host))
        let files = files
        let problem: String?
        do throws(FileError) {
            problem = try await lane.run(within: section.deadline, for: .statusWrite) { () throws(FileError) in
                do throws(StoreError) {
                    try file.write(status, in: files)
                    return nil
                } catch { return "\(error)" }
            }
        } catch { problem = "\(error)" }
        note(problem, status)
    }

    private func note(_ problem: String?, _ status: HostStatus) {
        let previous = state.withLock { state in
            let previous = state.problem
            state.problem = problem
            state.written[status.app] = status
            return previous
        }
        guard problem != previous, let problem else { return }
        logger.notice(
            "The status cannot be written to the volume; it is at the admin address",
            metadata: ["app": "\(status.app)", "reason": "\(problem)"])
    }
}
