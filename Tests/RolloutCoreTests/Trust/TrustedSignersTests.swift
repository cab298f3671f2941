import RolloutCore
import Testing

/// Who may sign what, and how often a key counts.
@Suite struct TrustedSignersTests {
    let now = Instant(milliseconds: 1_800_000_000_000)

    @Test func nothingIsAcceptedUnsignedOrFromAStranger() throws {
        var log = try TestLog.accepted(1)
        for signers: Set<String> in [[], [TestLog.publicKey("z")]] {
            #expect(throws: TrustRefusal.untrusted(2, .release)) {
                try log.accept(TestLog.entry(2, signers: signers), now: now)
            }
        }
        #expect(log.accepted?.sequence == 1)
    }

    @Test func withoutAPolicyEverythingThatFollowsIsAccepted() throws {
        var log = TestLog.fresh(nil)
        try log.accept(TestLog.entry(1, signers: []), now: now)
        try log.accept(TestLog.entry(2, signers: []), now: now)
        #expect(throws: TrustRefusal.gap(expected: 3, found: 4)) { try log.accept(TestLog.entry(4, signers: []), now: now) }
    }

    @Test func aKeySignsOnlyInItsRole() throws {
        var log = try TestLog.accepted(2)
        #expect(throws: TrustRefusal.untrusted(3, .release)) {
            try log.accept(TestLog.entry(3, signers: [TestLog.operatorKey]), now: now)
        }
        let back = Change.rollBack(channel: "stable", to: digest(1))
        #expect(throws: TrustRefusal.untrusted(3, .operate)) {
            try log.accept(TestLog.entry(3, back, signers: [TestLog.key]), now: now)
        }
        try log.accept(TestLog.entry(3, back, signers: [TestLog.operatorKey]), now: now)
    }

    @Test func whoMayOnlyOperateCannotVouchForAWholeState() throws {
        // An operator's record is legal where it stands, but a new host would take any state from it.
        var forged = try TestLog.entry(3, .hold(channel: "stable"), signers: [TestLog.operatorKey])
        forged.record.state.channels["stable"] = ChannelState(
            target: digest(66), decision: 2, held: true, promoted: [digest(66)])
        var log = TestLog.fresh()
        #expect(!log.canBegin(at: forged))
        #expect(throws: TrustRefusal.untrusted(3, .release)) { try log.accept(forged, now: now) }
        #expect(log.canBegin(at: TestLog.entry(2)))
        try log.accept(TestLog.entry(2), now: now)
        #expect(throws: TrustRefusal.self) { try log.accept(forged, now: now) }
    }

    @Test func aNewHostMayBeginAtTheFirstRecordWhoeverMayMakeIt() throws {
        var log = TestLog.fresh()
        var first = TestLog.entry(1, signers: [TestLog.operatorKey])
        first.record.change = .quarantine(release: a)
        first.record.state = LogState(channels: [:], quarantined: [a])
        #expect(log.canBegin(at: first))
        try log.accept(first, now: now)
        #expect(log.accepted?.state.quarantined == [a])
    }

    @Test(arguments: [0, -1, nil] as [Int?]) func aThresholdBelowOneIsOne(threshold: Int?) throws {
        var policy = TestLog.policy
        policy.thresholds = threshold.map { [.release: $0] } ?? [:]
        var log = TestLog.fresh(policy)
        #expect(throws: TrustRefusal.untrusted(1, .release)) { try log.accept(TestLog.entry(1, signers: []), now: now) }
        try log.accept(TestLog.entry(1), now: now)
    }

    @Test func aKeyCountsOnceUnderHoweverManyNames() throws {
        let second = TestLog.publicKey("c")
        let keys = [
            TrustedKey(publicKey: TestLog.key, name: "ci", roles: [.release]),
            TrustedKey(publicKey: TestLog.key, name: "ci-again", roles: TestLog.both),
            TrustedKey(publicKey: second, name: "ann", roles: [.release]),
        ]
        var log = TestLog.fresh(TrustPolicy(keys: keys, thresholds: [.release: 2]))
        #expect(throws: TrustRefusal.tooFewSignatures(1, .release, found: 1, needed: 2)) {
            try log.accept(TestLog.entry(1), now: now)
        }
        try log.accept(TestLog.entry(1, signers: [TestLog.key, second]), now: now)
    }

    // MARK: Expiry

    private func expiring(at expiry: Instant) -> TrustPolicy {
        TrustPolicy(keys: [TrustedKey(publicKey: TestLog.key, name: "ci-old", roles: TestLog.both, expires: expiry)])
    }

    @Test func anExpiredKeySignsNothingNew() throws {
        let expiry = TestLog.entry(3).record.time
        var log = try TestLog.accepted(2, policy: expiring(at: expiry))
        #expect(throws: TrustRefusal.expired(3, key: "ci-old", at: expiry)) { try log.accept(TestLog.entry(3), now: now) }
    }

    @Test func whatWasSignedBeforeAKeyExpiredStaysGood() throws {
        let log = try TestLog.accepted(2, policy: expiring(at: TestLog.entry(3).record.time))
        #expect(log.accepted?.sequence == 2)
    }

    @Test func backdatingDoesNotReviveAKeyAfterALook() throws {
        let expiry = now + .seconds(-10)
        var log = try TestLog.accepted(2, policy: expiring(at: expiry))
        // Dated before the expiry; but it was not there when this host looked after it.
        log.sawNothingNewer(at: now)
        #expect(throws: TrustRefusal.expired(3, key: "ci-old", at: expiry)) {
            try log.accept(TestLog.entry(3), now: now + .seconds(1))
        }
    }

    @Test func aClockThatWasAheadExpiresNoKeyOnceItIsRight() throws {
        let policy = expiring(at: now + .seconds(30 * 86_400))
        var log = try TestLog.accepted(2, policy: policy)
        log.sawNothingNewer(at: now + .seconds(365 * 86_400))
        log.noteClock(at: now)
        try log.accept(TestLog.entry(3), now: now)
        #expect(log.accepted?.sequence == 3)
        // It is known still that nothing newer was there before now.
        var strict = try TestLog.accepted(2, policy: expiring(at: now + .seconds(-10)))
        strict.sawNothingNewer(at: now + .seconds(365 * 86_400))
        strict.noteClock(at: now)
        #expect(throws: TrustRefusal.self) { try strict.accept(TestLog.entry(3), now: now) }
    }

    @Test func anExpiredKeyListedAgainWithoutExpiryIsExpired() throws {
        let expiry = TestLog.entry(1).record.time
        let keys = [
            TrustedKey(publicKey: TestLog.key, name: "old", roles: [.release], expires: expiry),
            TrustedKey(publicKey: TestLog.key, name: "new", roles: [.release]),
        ]
        var log = TestLog.fresh(TrustPolicy(keys: keys))
        #expect(throws: TrustRefusal.expired(1, key: "old", at: expiry)) { try log.accept(TestLog.entry(1), now: now) }
    }

    // MARK: The policy itself

    @Test func aPolicyThatCannotWorkIsDefective() {
        func key(_ text: String, _ roles: Set<TrustRole> = TestLog.both) -> TrustedKey {
            TrustedKey(publicKey: text, name: "k", roles: roles)
        }
        let good = TestLog.key
        #expect(TrustPolicy(keys: [key(good)]).defect == nil)
        #expect(TrustPolicy(keys: []).defect != nil)
        #expect(TrustPolicy(keys: Array(repeating: key(good), count: 65)).defect != nil)
        #expect(TrustPolicy(keys: [key(good)], thresholds: [.release: 0]).defect != nil)
        #expect(TrustPolicy(keys: [key(good)], thresholds: [.release: 2]).defect != nil)
        #expect(TrustPolicy(keys: [key(good), key(good)], thresholds: [.release: 2]).defect != nil)
        #expect(
            TrustPolicy(keys: [key(good), key(TestLog.publicKey("c"), [.operate])], thresholds: [.release: 2]).defect != nil)
        #expect(TrustPolicy(keys: [key(good), key(TestLog.publicKey("c"))], thresholds: [.release: 2]).defect == nil)
        var newer = TrustPolicy(keys: [key(good)])
        newer.format = 2
        #expect(newer.defect != nil)
    }

    /// Other base64 spellings decode to the same key, and would count as another.
    @Test(arguments: [
        "", "AAAA", String(repeating: "a", count: 42) + "B=", String(repeating: "a", count: 43),
        String(repeating: "a", count: 44),
        String(repeating: "a", count: 41) + "-A=", String(repeating: "a", count: 41) + "\nA=",
        String(repeating: "é", count: 21) + "A=",
    ])
    func onlyTheCanonicalSpellingOfAKeyIsTaken(text: String) {
        let policy = TrustPolicy(keys: [TrustedKey(publicKey: text, name: "k", roles: TestLog.both)])
        #expect(policy.defect?.contains("'k'") == true)
    }
}
