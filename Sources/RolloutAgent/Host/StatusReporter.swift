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
        var problems: [AppName: String] = [:]
        var written: [AppName: Written] = [:]
        var rivals: [AppName: RivalWatch] = [:]
    }

    /// What was last handed to the volume, whether it took it or not.
    private struct Written {
        var status: HostStatus
        /// In nanoseconds: the clock may be set meanwhile.
        var uptime: UInt64
    }

    private let section: VolumeSection
    private let lane: BlockingLane
    private let files: any FileSystem
    private let clock: any HostClock
    private let skew: MeasuredSkew
    let logger: Logger
    let bell = Doorbell()
    private let state = Mutex(State())
    private let apps: [AppStatus]
    /// Tells this agent from any other, whatever their hosts' ids.
    let agent = String(UInt64.random(in: 1 ... .max), radix: 16)
    private let view: @Sendable (AppName) -> VolumeView

    init(
        section: VolumeSection, apps: [AppStatus], lane: BlockingLane, files: any FileSystem, clock: any HostClock,
        skew: MeasuredSkew, logger: Logger,
        view: @escaping @Sendable (AppName) -> VolumeView
    ) {
        self.section = section
        self.apps = apps
        self.lane = lane
        self.files = files
        self.clock = clock
        self.skew = skew
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
        let known = state.withLock { $0 }
        return apps.map { app in
            let name = app.app.section.name
            var status = app.status(
                volume: view(name), isStopping: known.isStopping, leaving: known.leaving, now: clock.now)
            status.agent = agent
            status.rival = known.rivals[name]?.rival
            if let skew = skew.latest, skew.isNotable { status.clockAhead = skew.ahead.milliseconds / 1000 }
            return status
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
            guard let written = state.written[status.app] else { return true }
            let last = written.status
            var undated = status
            undated.updated = last.updated
            undated.volumeSeen = last.volumeSeen
            undated.leaseUntil = last.leaseUntil
            undated.evidence = last.evidence
            // It is measured anew each time.
            if last.clockAhead != nil, undated.clockAhead != nil { undated.clockAhead = last.clockAhead }
            let age = Duration.nanoseconds(Int64(clamping: clock.uptimeNanoseconds &- written.uptime))
            return undated != last || age + .milliseconds(100) >= interval
        }
    }

    private func write(_ status: HostStatus, evenUnchanged: Bool) async {
        guard evenUnchanged || isDue(status) else { return }
        let layout = VolumeLayout(root: section.statusPath ?? section.path)
        let (path, files, clock) = (layout.status(status.app, status.host), files, clock)
        let outcome: Result<StatusExchange, StoreError>
        do throws(FileError) {
            outcome = try await lane.run(within: section.deadline, for: .statusWrite) { () throws(FileError) in
                Result { () throws(StoreError) in try StatusExchange.run(status, at: path, clock: clock, in: files) }
            }
        } catch { return noteProblem("\(error)", status) }
        switch outcome {
        case .success(let exchange): note(exchange, status)
        case .failure(let error): noteProblem("\(error)", status)
        }
    }

    private func noteProblem(_ problem: String, _ status: HostStatus) {
        let previous = state.withLock { state in
            state.written[status.app] = Written(status: status, uptime: clock.uptimeNanoseconds)
            return state.problems.updateValue(problem, forKey: status.app)
        }
        guard problem != previous else { return }
        logger.notice(
            "The status cannot be written to the volume; it is at the admin address",
            metadata: ["app": "\(status.app)", "reason": "\(problem)"])
    }

    private func note(_ exchange: StatusExchange, _ status: HostStatus) {
        let before = state.withLock { state in
            let before = state
            state.problems[status.app] = nil
            state.written[status.app] = Written(status: status, uptime: clock.uptimeNanoseconds)
            state.rivals[status.app, default: RivalWatch(agent: agent)].noteWrite(
                over: exchange.found, now: clock.now, interval: section.status, uptime: clock.uptimeNanoseconds)
            return before
        }
        let after = state.withLock { $0 }
        tellRival(after.rivals[status.app]?.rival, instead: before.rivals[status.app]?.rival, status)
        if let measured = exchange.skew { tellSkew(measured, instead: skew.note(measured)) }
    }
}
