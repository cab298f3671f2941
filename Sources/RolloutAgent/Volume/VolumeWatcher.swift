import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// Watches the volume for every app: polls the beacons, lists the logs now and then, and takes hints.
///
/// A hint (inotify, `POST /poke`) and a poll only say "look"; what is done is planned from the log's state. So whatever is
/// missed costs one interval.
final class VolumeWatcher: Sendable {
    struct App: Sendable {
        var look: AppLook
        var planner: Planner
        var host: HostID
        var agent: AppAgent
    }

    private let section: VolumeSection
    private let apps: [App]
    private let lane: BlockingLane
    private let clock: any HostClock
    let logger: Logger
    private let bell = Doorbell()
    private let rounds: LoopRounds
    private let views: Mutex<[AppName: VolumeView]>
    /// Apps for whom a poll has found a reason to look.
    private let found = Mutex<Set<AppName>>([])
    private let isHinted = Mutex(false)
    /// Polls finished so far.
    private let passes = Mutex<UInt64>(0)
    /// In nanoseconds of uptime.
    private let lastListing = Mutex<UInt64?>(nil)
    /// Plans that were held back; `nil`: they are not held back.
    private let held = Mutex<[AppName: HeldPlan]?>(nil)
    private let observers = Mutex<[@Sendable () -> Void]>([])

    private struct HeldPlan {
        /// The newest that a look brought.
        var head: AcceptedHead?
    }

    init(section: VolumeSection, apps: [App], lane: BlockingLane, clock: any HostClock, logger: Logger) {
        self.section = section
        self.apps = apps
        self.lane = lane
        self.clock = clock
        self.logger = logger
        self.rounds = LoopRounds(clock)
        self.views = Mutex([:])
        for app in apps { app.agent.observe { [weak self] in self?.plan(app, head: nil) } }
    }

    /// Look now.
    func hint() {
        isHinted.withLock { $0 = true }
        bell.ring()
    }

    /// Calls `body` whenever there is new trouble, or an end of it.
    func observeTrouble(_ body: @escaping @Sendable () -> Void) { observers.withLock { $0.append(body) } }

    func view(of app: AppName) -> VolumeView { views.withLock { $0[app] ?? VolumeView() } }

    var passCount: UInt64 { passes.withLock { $0 } }

    /// Calls `answer` when the loop that watches is well: at work, or waiting for the volume no longer than it may. Never, when it hangs.
    func pulse(_ answer: @escaping @Sendable () -> Void) { rounds.pulse(answer) }

    /// Polls until cancelled.
    func watch() async {
        // After trouble: until the log itself is looked at again, however quiet the beacons are.
        var patience = section.poll
        while !Task.isCancelled {
            await look()
            let isWell = views.withLock { views in views.values.allSatisfy { $0.problem == nil } }
            // Kept within the limit here, not where it is used: doubled without end it would be more than a `Duration` holds.
            patience = isWell ? section.poll : min(patience * 2, section.list)
            await pollQuietly(within: isWell ? section.list : patience)
        }
        lane.stopPolling()
    }

    /// Polls until there is a reason to look: a beacon has changed, there was a hint, or `limit` is over.
    private func pollQuietly(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        lane.startPolling(after: pause) { [weak self] in self?.poll() ?? false }
        repeat {
            // Often enough to notice a poll that does not come back.
            let time = min(section.deadline, max(ContinuousClock.now.duration(to: end), .zero))
            await rounds.away(atMost: time) { await bell.wait(atMost: time) }
            guard !found.withLock({ !$0.isEmpty }), !isHinted.withLock({ $0 }) else { break }
        } while !Task.isCancelled && ContinuousClock.now < end && !lane.hasOverduePoll(after: section.deadline)
        lane.stopPolling()
    }

    /// On the lane: one GETATTR for every app. Returns whether all is as it was.
    private func poll() -> Bool {
        var changed: Set<AppName> = []
        for app in apps {
            let name = app.agent.app.name
            let now = clock.now
            let wasUnanswered = views.withLock { $0[name]?.isUnanswered ?? false }
            do throws(FileError) {
                let beacon = try app.look.glance()
                if beacon.isChanged || wasUnanswered { changed.insert(name) }
                if beacon.isThere { views.withLock { $0[name, default: VolumeView()].lastAnswer = now } }
            } catch {
                // What is known already is looked at again when its time comes.
                if !wasUnanswered { changed.insert(name) }
            }
        }
        passes.withLock { $0 += 1 }
        guard !changed.isEmpty else { return true }
        found.withLock { $0.formUnion(changed) }
        bell.ring()
        return false
    }

    /// Looks once at every app.
    func look() async {
        let uptime = clock.uptimeNanoseconds
        let isListing = lastListing.withLock { last in
            last.map { uptime &- $0 >= UInt64(section.list.milliseconds) * 1_000_000 } ?? true
        }
        // Who says "look" may know what a cached attribute hides.
        let isAsked = isHinted.withLock { isHinted in
            defer { isHinted = false }
            return isHinted
        }
        let answered = await pass(anyway: isListing || isAsked)
        if isListing, answered { lastListing.withLock { $0 = uptime } }
        passes.withLock { $0 += 1 }
    }

    // MARK: Holding back

    /// From now on decisions wait for `releasePlans`.
    func holdPlans() { held.withLock { held in if held == nil { held = [:] } } }

    var holdsPlans: Bool { held.withLock { $0?.isEmpty == false } }

    /// Hands on what was held back; what follows is handed on at once.
    func releasePlans() {
        let plans = held.withLock { held in
            defer { held = nil }
            return held ?? [:]
        }
        for app in apps { if let held = plans[app.agent.app.name] { plan(app, head: held.head) } }
    }

    /// Whether all that was looked for could be seen, trusted or not.
    var seesVolume: Bool {
        views.withLock { views in views.values.allSatisfy { $0.problem == nil || $0.refusal != nil } }
    }

    /// Asks for every app; `false` when the volume did not answer.
    private func pass(anyway: Bool) async -> Bool {
        var answered = true
        let found = found.withLock { found in
            defer { found = [] }
            return found
        }
        for app in apps {
            let now = clock.now
            let name = app.agent.app.name
            let isWanted = anyway || found.contains(name) || isTroubled(name)
            switch await rounds.away(atMost: section.deadline, { await ask(app, anyway: isWanted, now: now) }) {
            case .success(let result):
                note(result, of: app, at: now)
                guard result?.refusal?.isOfAnotherLog == true else { continue }
                // This host's disk is read, too, and may take its time.
                await rounds.away(atMost: .seconds(120) + section.deadline) { await followOtherLog(app) }
            case .failure(let error):
                answered = false
                noteTrouble(StoreError(error, during: "follow the volume").description, of: app)
            }
        }
        return answered
    }

    private func ask(_ app: App, anyway: Bool, now: Instant) async -> Result<LookResult?, FileError> {
        do throws(FileError) {
            return .success(
                try await lane.run(within: section.deadline, for: .beaconPoll) { () throws(FileError) in
                    try app.look.poll(anyway: anyway, now: now)
                })
        } catch { return .failure(error) }
    }

    /// Runs something on the volume's thread; `nil` when the volume does not answer.
    func onLane<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        try? await lane.run(within: section.deadline, for: .recordRead) { () throws(FileError) in body() }
    }

    /// After trouble every look is at the log itself, not only at the beacon, until all is well again.
    private func isTroubled(_ app: AppName) -> Bool { views.withLock { $0[app]?.problem != nil } }

    private func note(_ result: LookResult?, of app: App, at now: Instant) {
        let name = app.agent.app.name
        guard let result else { return views.withLock { $0[name, default: VolumeView()].lastAnswer = now } }
        let problem = result.refusal?.description ?? result.failure?.description
        let previous: VolumeView = views.withLock { views in
            var view = views[name] ?? VolumeView()
            let previous = view
            if result.failure == nil { view.lastAnswer = now }
            view.problem = problem
            view.refusal = result.refusal
            view.isUnanswered = false
            view.newest = result.newest ?? view.newest
            views[name] = view
            return previous
        }
        report(problem, instead: previous.problem, app: name)
        app.agent.tally.noteRecords(result.records.count)
        for record in result.records {
            logger.info(
                "Accepted a record",
                metadata: [
                    "app": "\(name)", "sequence": "\(record.sequence)", "change": "\(record.change.kind.rawValue)",
                    "who": "\(record.who)",
                ])
        }
        plan(app, head: result.accepted)
    }

    /// Plans from the accepted log, and tells the app when that changes anything. Also after every event of the app itself: what it
    /// refuses is part of the decision.
    private func plan(_ app: App, head: AcceptedHead?) {
        let deployment = app.agent.deployment
        let accepted = head ?? deployment.record.accepted
        let decision = app.planner.decide(accepted?.state, refused: deployment.record.refused) { rollout in
            hostRank(of: app.host, inRollout: rollout)
        }
        guard decision != deployment.decision || accepted != deployment.record.accepted else { return }
        let isHeld = held.withLock { held in
            guard var plans = held else { return false }
            // A plan without a look must not hide what an earlier look brought.
            plans[app.agent.app.name] = HeldPlan(head: head ?? plans[app.agent.app.name]?.head)
            held = plans
            return true
        }
        guard !isHeld else { return }
        app.agent.note(.decided(decision, head: accepted))
    }

    private func noteTrouble(_ problem: String, of app: App) {
        let name = app.agent.app.name
        let previous = views.withLock { views in
            let previous = views[name]?.problem
            views[name, default: VolumeView()].problem = problem
            views[name]?.refusal = nil
            views[name]?.isUnanswered = true
            return previous
        }
        report(problem, instead: previous, app: name)
    }

    private func report(_ problem: String?, instead previous: String?, app: AppName) {
        guard problem != previous else { return }
        if let problem {
            logger.warning(
                "The volume cannot be followed; serving goes on", metadata: ["app": "\(app)", "reason": "\(problem)"])
        } else {
            logger.info("The volume is followed again", metadata: ["app": "\(app)"])
        }
        for observer in observers.withLock({ $0 }) { observer() }
    }

    /// Until the next poll. Varied by a tenth either way, so that a fleet does not poll as one.
    private var pause: @Sendable () -> Duration {
        { [poll = section.poll] in poll * Double.random(in: 0.9...1.1) }
    }
}
