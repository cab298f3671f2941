import RolloutCore
import RolloutTesting
import Testing

/// Where a rollback goes at 3 a.m., when nobody knows which of the earlier releases ran.
@Suite struct RollbackChoiceTests {
    private static let releases = (0..<5).map { Digest(bytes: [UInt8](repeating: UInt8($0), count: 32)) }
    private let v1 = releases[1]
    private let v2 = releases[2]
    private let v3 = releases[3]
    private let v4 = releases[4]
    private var channel: ChannelState { ChannelState(target: v4, decision: 4, promoted: [v4, v3, v2, v1]) }

    private func host(_ number: Int, serving: Digest? = nil, refused: Digest...) -> HostReport {
        guard let host = HostID("web-\(number)") else { preconditionFailure("a plain name") }
        var report = HostReport(host: host, app: "shop", channel: "stable", updated: Instant(milliseconds: 0))
        report.serving = serving.map { Target(release: $0, decision: 1) }
        report.refused = refused.map { Refusal(release: $0, decision: 1, reason: "It crashed.", at: Instant(milliseconds: 0)) }
        return report
    }

    private func choice(
        _ reports: [HostReport], quarantined: [Digest] = [], gone: Set<Digest> = [], _ channel: ChannelState? = nil
    ) -> RollbackChoice {
        RollbackChoice(channel ?? self.channel, quarantined: quarantined, reports: reports) { gone.contains($0) }
    }

    @Test func withNothingAgainstItItIsTheOneBefore() {
        let choice = choice([host(1, serving: v4)])
        #expect(choice.target == v3 && choice.skipped.isEmpty && choice.refusedBy == nil)
    }

    @Test func whatTheHostsRefusedIsPassedOverAndSaid() throws {
        let choice = choice((1...3).map { host($0, serving: v2, refused: v3, v4) })
        #expect(choice.target == v2)
        #expect(choice.skipped.map(\.release) == [v3])
        #expect(choice.skipped.first?.reason.words == "3 of 3 live hosts refused it (web-1: It crashed.)")
        #expect(!choice.isLastResort)
    }

    @Test func quarantinedAndCollectedReleasesArePassedOver() {
        let choice = choice([], quarantined: [v3], gone: [v2])
        #expect(choice.target == v1)
        #expect(choice.skipped.map(\.reason) == [.quarantined, .gone])
    }

    @Test func oneHostsOwnTroubleTakesNoFleetFurtherBack() {
        let choice = choice((1...9).map { host($0, serving: v4) } + [host(10, refused: v3, v2)])
        #expect(choice.target == v3 && choice.skipped.isEmpty)
        #expect(choice.refusedBy == .refused(by: 1, of: 10, example: "web-10", "It crashed."))
    }

    @Test func aLiarWhoRefusesEverythingChangesNothing() {
        let liar = host(3, refused: v1, v2, v3, v4)
        #expect(choice([host(1, serving: v2, refused: v3), host(2, serving: v2, refused: v3), liar]).target == v2)
        #expect(choice([host(1, serving: v4), liar]).target == v3)
        #expect(choice([liar]).target == v3)
    }

    @Test func whenAllWereRefusedItIsTheNewestOfThoseThatFewestRefused() {
        let choice = choice([host(1, refused: v3, v2, v1), host(2, refused: v3, v1)])
        #expect(choice.target == v2 && choice.isLastResort)
        #expect(choice.skipped.map(\.release) == [v3])
        #expect(choice.refusedBy == .refused(by: 1, of: 2, example: "web-1", "It crashed."))
    }

    @Test func whileARolloutIsOpenTheLastPromotedOneCounts() {
        var channel = ChannelState(target: v4, decision: 4, promoted: [v3, v2])
        channel.rollout = OpenRollout(
            id: 4, plan: RolloutPlan([Wave(.everyone)]), openWave: 0, began: Instant(milliseconds: 0))
        #expect(choice([], channel).target == v3)
        #expect(choice([host(1, serving: v2, refused: v3)], channel).target == v2)
    }

    @Test func withNothingLeftThereIsNone() {
        #expect(choice([], ChannelState(target: v4, decision: 4, promoted: [v4])).target == nil)
        #expect(choice([], gone: [v3, v2, v1]).target == nil)
    }
}
