import RolloutCore
import Testing

/// What operators may do besides releasing, and what it comes to.
@Suite struct OperatorChangeTests {
    private let at = LogStateTests.at
    private let stable = LogStateTests.stable
    private let waves = [Wave(.everyone, needsApproval: true)]

    private func rolling(_ plan: RolloutPlan) throws -> LogState {
        try LogStateTests.state(LogStateTests.release(a), .release(channel: LogStateTests.stable, release: b, plan: plan))
    }

    @Test func aFirstWaveThatNeedsApprovalStaysClosed() throws {
        let state = try rolling(RolloutPlan(waves))
        #expect(state.channels[stable]?.rollout?.openWave == nil)
        let planner = Planner(channel: stable)
        #expect(planner.decide(state, refused: [], rank: { _ in 0 }).target?.release == a)
        #expect(throws: IllegalStep.self) { try state.applying(.openWave(channel: stable, wave: 0), sequence: 3, at: at) }
        #expect(throws: IllegalStep.self) { try state.applying(.promote(channel: stable), sequence: 3, at: at) }
        let approved = try state.applying(.approve(channel: stable, wave: 0), sequence: 3, at: at)
        #expect(throws: IllegalStep.self) { try approved.applying(.approve(channel: stable, wave: 0), sequence: 4, at: at) }
        let open = try approved.applying(.openWave(channel: stable, wave: 0), sequence: 4, at: at + .seconds(5))
        #expect(open.channels[stable]?.rollout?.since == at + .seconds(5))
        #expect(open.defect == nil)
        #expect(planner.decide(open, refused: [], rank: { _ in 0 }).target?.release == b)
    }

    @Test func aBakeKeepsASingleWaveOpenUntilItIsPromoted() throws {
        let state = try rolling(RolloutPlan([Wave(.everyone, bake: .seconds(60))]))
        #expect(state.channels[stable]?.rollout?.openWave == 0)
        #expect(state.channels[stable]?.rollbackTarget == a)
    }

    @Test func aFreezeStopsReleasesAndWavesButNoRollback() throws {
        let window = FreezeWindow.span(from: at, until: at + .seconds(60))
        let plan = RolloutPlan(sizes: LogStateTests.waves)
        let frozen = try rolling(plan).applying(.freeze(channel: stable, windows: [window]), sequence: 3, at: at)
        for change in [Change.openWave(channel: stable, wave: 1), .promote(channel: stable), LogStateTests.release(c)] {
            #expect(throws: IllegalStep.self) { try frozen.applying(change, sequence: 4, at: at + .seconds(59)) }
            #expect(throws: Never.self) { try frozen.applying(change, sequence: 4, at: at + .seconds(60)) }
        }
        #expect(try frozen.applying(.rollBack(channel: stable, to: a), sequence: 4, at: at).channels[stable]?.target == a)
        #expect(try frozen.applying(.quarantine(release: b), sequence: 4, at: at).channels[stable]?.target == a)
        #expect(throws: IllegalStep.self) {
            try frozen.applying(.freeze(channel: stable, windows: [window]), sequence: 4, at: at)
        }
        let lifted = try frozen.applying(.freeze(channel: stable, windows: []), sequence: 4, at: at)
        #expect(throws: Never.self) { try lifted.applying(.promote(channel: stable), sequence: 5, at: at) }
    }

    @Test func aPinnedHostStaysUntilItIsUnpinned() throws {
        let state = try LogStateTests.state(LogStateTests.release(a), LogStateTests.release(b), .pin(host: "web-1", release: a))
        let pinned = Planner(channel: stable, host: "web-1")
        #expect(pinned.decide(state, refused: [], rank: { _ in 0 }).target == Target(release: a, decision: 3))
        #expect(Planner(channel: stable, host: "web-2").decide(state, refused: [], rank: { _ in 0 }).target?.release == b)
        // Who may only operate chooses among what was released.
        #expect(throws: IllegalStep.self) { try state.applying(.pin(host: "web-2", release: c), sequence: 4, at: at) }
        #expect(throws: IllegalStep.self) { try state.applying(.unpin(host: "web-2"), sequence: 4, at: at) }
        let free = try state.applying(.unpin(host: "web-1"), sequence: 4, at: at)
        #expect(pinned.decide(free, refused: [], rank: { _ in 0 }).target?.release == b)
        // What is forbidden for all is forbidden for pinned hosts.
        #expect(try state.applying(.quarantine(release: a), sequence: 4, at: at).pins.isEmpty)
    }

    @Test func aReleaseMovesFromChannelToChannel() throws {
        let canary: ChannelName = "canary"
        let plan = RolloutPlan(sizes: LogStateTests.waves)
        let move = Change.move(from: canary, to: stable, release: b, plan: plan)
        var state = try LogStateTests.state(
            LogStateTests.release(a), .release(channel: canary, release: a, plan: .allAtOnce),
            .release(channel: canary, release: b, plan: plan))
        #expect(throws: IllegalStep.self) { try state.applying(move, sequence: 4, at: at) }
        state = try state.applying(.promote(channel: canary), sequence: 4, at: at)
        let moved = try state.applying(move, sequence: 5, at: at)
        #expect(moved.channels[stable]?.target == b && moved.channels[stable]?.rollout?.id == 5)
        #expect(moved.channels[canary] == state.channels[canary])
        #expect(throws: IllegalStep.self) {
            try state.applying(.move(from: canary, to: canary, release: b, plan: plan), sequence: 5, at: at)
        }
    }

    @Test func aQuarantineIsLiftedByADecisionOfItsOwn() throws {
        let state = try LogStateTests.state(LogStateTests.release(a), LogStateTests.release(b), .quarantine(release: b))
        #expect(throws: IllegalStep.self) { try state.applying(LogStateTests.release(b), sequence: 4, at: at) }
        let lifted = try state.applying(.liftQuarantine(release: b), sequence: 4, at: at)
        #expect(throws: Never.self) { try lifted.applying(LogStateTests.release(b), sequence: 5, at: at) }
        #expect(throws: IllegalStep.self) { try lifted.applying(.liftQuarantine(release: b), sequence: 5, at: at) }
        let only = try LogStateTests.state(LogStateTests.release(a), .quarantine(release: a), .liftQuarantine(release: a))
        #expect(only.channels[stable] == ChannelState(target: a, decision: 3, promoted: [a]))
        #expect(only.defect == nil)
    }

    // MARK: Who may coordinate

    private func log(_ change: Change, after before: Change...) throws -> TrustedLog {
        let policy = TrustPolicy(keys: [
            TrustedKey(publicKey: TestLog.key, name: "people", roles: [.release, .operate]),
            TrustedKey(publicKey: TestLog.operatorKey, name: "coordinator", roles: [.coordinate]),
        ])
        var log = TrustedLog(app: "shop", policy: policy)
        for (index, next) in (before + [change]).enumerated() {
            let sequence = UInt64(index + 1)
            let state = try (log.accepted?.state ?? .empty).applying(next, sequence: sequence, at: at)
            let record = Record(
                volume: TestLog.volume, app: "shop", sequence: sequence, previous: log.accepted?.digest, time: at, who: "",
                message: "", change: next, state: state)
            let signer = index == before.count ? TestLog.operatorKey : TestLog.key
            try log.accept(LogEntry(record: record, digest: digest(index + 50), signers: [signer]), now: at)
        }
        return log
    }

    @Test func aCoordinatorsKeyMovesAnOpenRolloutOnAndBack() throws {
        let open = Change.release(channel: stable, release: b, plan: RolloutPlan(sizes: LogStateTests.waves))
        let first = LogStateTests.release(a)
        #expect(throws: Never.self) { try log(.openWave(channel: stable, wave: 1), after: first, open) }
        #expect(throws: Never.self) {
            try log(.promote(channel: stable), after: first, open, .openWave(channel: stable, wave: 1))
        }
        #expect(throws: Never.self) { try log(.quarantine(release: b), after: first, open) }
        #expect(throws: Never.self) { try log(.rollBack(channel: stable, to: a), after: first, open) }
    }

    @Test func aCoordinatorsKeyDoesNothingElse() throws {
        let open = Change.release(channel: stable, release: b, plan: RolloutPlan(sizes: LogStateTests.waves))
        let (first, second) = (LogStateTests.release(a), LogStateTests.release(c))
        // Before the last wave, of what is promoted, without a rollout, and what people decide.
        #expect(throws: TrustRefusal.self) { try log(.promote(channel: stable), after: first, open) }
        #expect(throws: TrustRefusal.self) { try log(.quarantine(release: a), after: first, open) }
        #expect(throws: TrustRefusal.self) { try log(.quarantine(release: c), after: first, second) }
        #expect(throws: TrustRefusal.self) { try log(.rollBack(channel: stable, to: a), after: first, second) }
        #expect(throws: TrustRefusal.self) { try log(.rollBack(channel: stable, to: a), after: first, second, open) }
        #expect(throws: TrustRefusal.self) { try log(LogStateTests.release(c), after: first, open) }
        #expect(throws: TrustRefusal.self) { try log(.hold(channel: stable), after: first, open) }
        #expect(throws: TrustRefusal.self) { try log(.pin(host: "a", release: a), after: first, open) }
        let approval = Change.release(channel: stable, release: b, plan: RolloutPlan(waves))
        #expect(throws: TrustRefusal.self) { try log(.approve(channel: stable, wave: 0), after: first, approval) }
    }
}
