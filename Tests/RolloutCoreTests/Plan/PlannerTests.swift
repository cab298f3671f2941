import RolloutCore
import Testing

@Suite struct PlannerTests {
    let planner = Planner(channel: "stable")
    let at = Instant(milliseconds: 1_800_000_000_000)

    private func refusal(_ release: Digest, _ decision: UInt64) -> Refusal {
        Refusal(release: release, decision: decision, reason: "It crashed.", at: at)
    }

    private func rolling(_ openWave: Int, promoted: [Digest] = [a]) -> LogState {
        let waves = [WaveSize(millionths: 100_000), WaveSize(millionths: 500_000), .everyone].compactMap { $0 }
        let rollout = OpenRollout(id: 2, plan: RolloutPlan(sizes: waves), openWave: openWave, began: at)
        return LogState(
            channels: ["stable": ChannelState(target: b, decision: 2, rollout: rollout, promoted: promoted)], quarantined: [])
    }

    @Test func withoutAnAcceptedRecordOrAChannelItKeepsWhatItHas() {
        #expect(planner.decide(nil, refused: [], rank: { _ in 0 }).target == nil)
        #expect(planner.decide(.empty, refused: [], rank: { _ in 0 }).target == nil)
    }

    @Test func aPromotedTargetIsForEveryHost() throws {
        let state = try LogStateTests.state(LogStateTests.release(a), LogStateTests.release(b))
        for rank in [0, 999_999] {
            #expect(planner.decide(state, refused: [], rank: { _ in rank }).target == Target(release: b, decision: 2))
        }
    }

    @Test(arguments: [
        (0, 0, b), (0, 99_999, b), (0, 100_000, a), (1, 499_999, b), (1, 500_000, a), (2, 500_000, b), (2, 999_999, b),
    ])
    func aWaveAdmitsTheRanksBelowIt(openWave: Int, rank: Int, release: Digest) {
        let decision = planner.decide(rolling(openWave), refused: [], rank: { $0 == 2 ? rank : -1 })
        #expect(decision.target == Target(release: release, decision: 2))
        #expect(decision.reason.contains("rank \(rank)"))
    }

    @Test func withNothingPromotedEveryHostRunsWhatRollsOut() {
        #expect(planner.decide(rolling(0, promoted: []), refused: [], rank: { _ in 999_999 }).target?.release == b)
    }

    @Test func aRefusedTargetWaitsForANewDecision() throws {
        let state = try LogStateTests.state(LogStateTests.release(a), LogStateTests.release(b))
        let decision = planner.decide(state, refused: [refusal(b, 2)], rank: { _ in 0 })
        #expect(decision.target == nil)
        #expect(decision.reason.contains("It crashed."))
        #expect(planner.decide(state, refused: [refusal(b, 1), refusal(a, 2)], rank: { _ in 0 }).target != nil)
    }

    @Test func aRefusedBaselineIsNotTriedAgainBecauseSomethingElseIsReleased() {
        #expect(planner.decide(rolling(0), refused: [refusal(a, 1)], rank: { _ in 999_999 }).target == nil)
        // The refusal of what rolls out says nothing about the baseline.
        #expect(planner.decide(rolling(0), refused: [refusal(b, 2)], rank: { _ in 999_999 }).target?.release == a)
    }

    @Test func aQuarantinedTargetIsNotRun() throws {
        let state = try LogStateTests.state(LogStateTests.release(a), .quarantine(release: a))
        let decision = planner.decide(state, refused: [], rank: { _ in 0 })
        #expect(decision.target == nil)
        #expect(decision.reason.contains("quarantined"))
    }

    @Test func otherChannelsDoNotMatter() throws {
        let state = try LogState.empty.applying(.release(channel: "beta", release: a, waves: [.everyone]), sequence: 1, at: at)
        #expect(planner.decide(state, refused: [], rank: { _ in 0 }).target == nil)
        #expect(Planner(channel: "beta").decide(state, refused: [], rank: { _ in 0 }).target?.release == a)
    }
}
