import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import Synchronization

/// Coordinates one app's rollouts from this host, while there are any. Without an open rollout it asks the volume for nothing.
final class FleetCoordinator: Sendable {
    private struct State {
        var pass: CoordinatorPass
        var view = CoordinationView()
    }

    private let app: AppName
    private let place: VolumeCoordination
    private let lane: BlockingLane
    private let interval: Duration
    private let deadline: Duration
    private let clock: any HostClock
    private let logger: Logger
    /// What this host has accepted of the log.
    private let accepted: @Sendable () -> AcceptedHead?
    private let skew: MeasuredSkew
    private let state: Mutex<State>

    /// - Parameters:
    ///   - publisher: with the coordinator's key, and the policy of the hosts.
    ///   - deadline: of one look at the volume.
    ///   - skew: what the status writes showed of this host's clock.
    init(
        host: HostID, publisher: Publisher, section: CoordinatorSection, deadline: Duration, clock: any HostClock,
        logger: Logger, skew: MeasuredSkew, accepted: @escaping @Sendable () -> AcceptedHead?
    ) {
        self.app = publisher.app
        self.place = VolumeCoordination(publisher)
        // Reading every host's status takes its time, and must not hold up the watcher's polls.
        self.lane = BlockingLane("coordinate \(publisher.app)", path: publisher.root)
        self.interval = section.interval
        self.deadline = deadline
        self.clock = clock
        self.logger = logger
        self.skew = skew
        self.accepted = accepted
        self.state = Mutex(State(pass: CoordinatorPass(Coordinator(app: publisher.app), on: host)))
    }

    /// What it did last, and why.
    var view: CoordinationView { state.withLock { $0.view } }

    /// Coordinates until cancelled.
    func coordinate() async {
        while !Task.isCancelled {
            if isNeeded { await pass() }
            do { try await Task.sleep(for: interval * Double.random(in: 0.9...1.1)) } catch { return }
        }
    }

    private var isNeeded: Bool { accepted()?.state.channels.values.contains { $0.rollout != nil } ?? false }

    private func pass() async {
        let now = clock.now
        // Nor does it take the lease: another host's clock is right.
        if let skew = skew.latest, skew.forbidsCoordinating {
            return note(.failure(CoordinationError("\(skew.words). \(ClockSkew.remedy)")), at: now)
        }
        let outcome: Result<CoordinatorPass.Outcome, CoordinationError>
        do throws(FileError) {
            outcome = try await lane.run(within: deadline, for: .statusRead) { () throws(FileError) in
                self.look(at: now)
            }
        } catch {
            outcome = .failure(CoordinationError("\(error)"))
        }
        note(outcome, at: now)
    }

    /// On the lane, where one call runs at a time.
    private func look(at now: Instant) -> Result<CoordinatorPass.Outcome, CoordinationError> {
        var pass = state.withLock { $0.pass }
        defer { state.withLock { $0.pass = pass } }
        do throws(CoordinationError) {
            return .success(try pass.run(at: place, now: now) { hostRank(of: $0, inRollout: $1) })
        } catch {
            return .failure(error)
        }
    }

    private func note(_ outcome: Result<CoordinatorPass.Outcome, CoordinationError>, at now: Instant) {
        let (before, after) = state.withLock { state in
            let before = state.view
            state.view.note(outcome, at: now)
            return (before, state.view)
        }
        if after.problem != before.problem, let problem = after.problem {
            logger.warning("Cannot coordinate", metadata: ["app": "\(app)", "reason": "\(problem)"])
        }
        for (channel, decision) in after.decisions where before.decisions[channel] != decision {
            let facts: Logger.Metadata = [
                "app": "\(app)", "channel": "\(channel)", "verdict": "\(decision.verdict.rawValue)",
                "reason": "\(decision.reason)",
            ]
            logger.log(level: decision.change == nil ? .debug : .notice, "Coordinated a rollout", metadata: facts)
        }
    }
}

/// What a host's coordinator did last.
struct CoordinationView: Hashable, Sendable {
    /// By channel, while this host coordinates.
    var decisions: [ChannelName: CoordinatorDecision] = [:]
    /// Another host that does.
    var other: HostID?
    /// Why it could not; `nil` when all is well.
    var problem: String?
    var at: Instant?

    mutating func note(_ outcome: Result<CoordinatorPass.Outcome, CoordinationError>, at now: Instant) {
        at = now
        problem = nil
        switch outcome {
        case .success(.idle): (decisions, other) = ([:], nil)
        case .success(.another(let host)): (decisions, other) = ([:], host)
        case .success(.decided(let decisions, _)): (self.decisions, other) = (decisions, nil)
        case .failure(let error): problem = error.description
        }
    }
}
