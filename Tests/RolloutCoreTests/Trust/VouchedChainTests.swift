import RolloutCore
import Testing

/// A key is removed from a host's policy while the host is away.
@Suite struct VouchedChainTests {
    private let now = Instant(milliseconds: 1_800_000_000_000)
    private static let former = TestLog.publicKey("c")

    /// Has accepted records 1 and 2; what follows is signed with a key it does not know, until `vouching` is.
    private func away() throws -> (log: TrustedLog, chain: VouchedChain) {
        let log = try TestLog.accepted(2)
        return (log, VouchedChain(after: log))
    }

    @Test func aLaterRecordVouchesForThoseBeforeIt() throws {
        var (log, chain) = try away()
        let unknown = TestLog.entry(3, signers: [Self.former])
        #expect(throws: TrustRefusal.untrusted(3, .release)) { try log.accept(unknown, now: now) }
        #expect(try chain.add(unknown, now: now) == nil)
        #expect(try chain.add(TestLog.entry(4, signers: []), now: now) == nil)
        log = try #require(try chain.add(TestLog.entry(5), now: now))
        #expect(log.accepted?.sequence == 5)
        #expect(log.accepted?.state == TestLog.entry(5).record.state)
        try log.accept(TestLog.entry(6), now: now)
    }

    @Test func whoMayOnlyOperateVouchesForNothing() throws {
        var (_, chain) = try away()
        _ = try chain.add(TestLog.entry(3, signers: [Self.former]), now: now)
        let hold = try TestLog.entry(4, .hold(channel: "stable"), signers: [TestLog.operatorKey])
        #expect(try chain.add(hold, now: now) == nil)
    }

    /// The key for releases alone may not hold.
    @Test func whatVouchesIsTrustedForItsOwnChangeToo() throws {
        var (_, chain) = try away()
        _ = try chain.add(TestLog.entry(3, signers: [Self.former]), now: now)
        let hold = try TestLog.entry(4, .hold(channel: "stable"), signers: [TestLog.key])
        #expect(try chain.add(hold, now: now) == nil)
        let both = try TestLog.entry(4, .hold(channel: "stable"), signers: [TestLog.key, TestLog.operatorKey])
        var (_, other) = try away()
        _ = try other.add(TestLog.entry(3, signers: [Self.former]), now: now)
        #expect(try other.add(both, now: now)?.accepted?.sequence == 4)
    }

    @Test func aForkBelowIsNotPassedOver() throws {
        var (_, chain) = try away()
        var fork = TestLog.entry(3, signers: [Self.former])
        fork.record.previous = digest(99)
        #expect(throws: TrustRefusal.fork(3)) { try chain.add(fork, now: now) }
        _ = try chain.add(TestLog.entry(3, signers: [Self.former]), now: now)
        // Signed with a key that is trusted, behind another record 3 than the one at hand.
        var other = TestLog.entry(4)
        other.record.previous = digest(98)
        #expect(throws: TrustRefusal.fork(4)) { try chain.add(other, now: now) }
    }

    @Test func noOtherRuleIsRelaxed() throws {
        var (_, chain) = try away()
        var wrong = TestLog.entry(3, signers: [Self.former])
        wrong.record.state.channels["stable"]?.held = true
        #expect(throws: TrustRefusal.self) { try chain.add(wrong, now: now) }
        #expect(throws: TrustRefusal.gap(expected: 3, found: 4)) { try chain.add(TestLog.entry(4), now: now) }
        #expect(throws: TrustRefusal.rewind(accepted: 2, found: 1)) { try chain.add(TestLog.entry(1), now: now) }
        wrong = TestLog.entry(3, signers: [Self.former])
        wrong.record.time = now + .seconds(301)
        #expect(throws: TrustRefusal.fromTheFuture(3, wrong.record.time)) { try chain.add(wrong, now: now) }
    }

    @Test func aLogMayBeginWithWhatIsVouchedForLater() throws {
        var chain = VouchedChain(after: TestLog.fresh())
        #expect(try chain.add(TestLog.entry(1, signers: [Self.former]), now: now) == nil)
        #expect(try chain.add(TestLog.entry(2), now: now)?.accepted?.sequence == 2)
    }

    @Test(arguments: [
        TrustRefusal.untrusted(1, .release), .expired(1, key: "ci", at: Instant(milliseconds: 0)),
        .tooFewSignatures(1, .release, found: 1, needed: 2),
    ]) func onlySignaturesCanBeVouchedFor(refusal: TrustRefusal) {
        #expect(refusal.isForSigners)
        #expect(!TrustRefusal.fork(1).isForSigners && !TrustRefusal.gap(expected: 1, found: 2).isForSigners)
    }
}
