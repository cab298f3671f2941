import RolloutCore
import Testing

/// Every rule of `TrustedLog`, with the attack it is there for.
@Suite struct TrustedLogTests {
    let now = Instant(milliseconds: 1_800_000_000_000)

    // MARK: Order

    @Test func aRecordThatFollowsIsAccepted() throws {
        var log = try TestLog.accepted(2)
        try log.accept(TestLog.entry(3), now: now)
        #expect(log.accepted?.sequence == 3)
    }

    @Test func aNewHostMayBeginAnywhere() throws {
        let log = try TestLog.accepted(1, from: 5)
        #expect(log.accepted?.sequence == 5)
        #expect(log.accepted?.state == TestLog.entry(5).record.state)
    }

    @Test func theSameRecordAgainHasNoEffect() throws {
        var log = try TestLog.accepted(2)
        let before = log.accepted
        try log.accept(TestLog.entry(2), now: now)
        #expect(log.accepted == before)
    }

    @Test func aRewoundLogIsNoticed() throws {
        var log = try TestLog.accepted(4)
        #expect(throws: TrustRefusal.rewind(accepted: 4, found: 2)) { try log.accept(TestLog.entry(2), now: now) }
        #expect(throws: TrustRefusal.rewind(accepted: 4, found: 3)) { try log.check(tail: 3, volume: TestLog.volume) }
        try log.check(tail: 4, volume: TestLog.volume)
        try log.check(tail: 9, volume: TestLog.volume)
    }

    @Test func anotherRecordAtTheAcceptedNumberIsAFork() throws {
        var log = try TestLog.accepted(3)
        var other = TestLog.entry(3)
        other.digest = digest(99)
        #expect(throws: TrustRefusal.fork(3)) { try log.accept(other, now: now) }
        #expect(throws: TrustRefusal.fork(3)) { try log.check(digest: digest(99), at: 3) }
        try log.check(digest: TestLog.entry(3).digest, at: 3)
    }

    @Test func aRecordThatFollowsAnotherIsAFork() throws {
        var log = try TestLog.accepted(3)
        var other = TestLog.entry(4)
        other.record.previous = digest(99)
        #expect(throws: TrustRefusal.fork(4)) { try log.accept(other, now: now) }
    }

    @Test func aGapIsNotJumped() throws {
        var log = try TestLog.accepted(2)
        #expect(throws: TrustRefusal.gap(expected: 3, found: 4)) { try log.accept(TestLog.entry(4), now: now) }
    }

    @Test(arguments: [Limits.sequence, 1 << 53, 1 << 63, .max])
    func fastForwardingDoesNotWork(sequence: UInt64) throws {
        var log = try TestLog.accepted(2)
        var far = TestLog.entry(3)
        far.record.sequence = sequence
        far.record.state.channels["stable"]?.decision = sequence
        #expect(throws: TrustRefusal.self) { try log.accept(far, now: now) }
        // Nor for a host that knows nothing, beyond what numbers there are; the last one there is leaves the host where it is.
        var fresh = TestLog.fresh()
        if sequence > Limits.sequence {
            #expect(throws: TrustRefusal.self) { try fresh.accept(far, now: now) }
        } else {
            try fresh.accept(far, now: now)
            var next = TestLog.entry(4)
            next.record.sequence = sequence + 1
            #expect(throws: TrustRefusal.self) { try fresh.accept(next, now: now) }
            #expect(fresh.accepted?.sequence == sequence)
        }
        #expect(log.accepted?.sequence == 2)
    }

    // MARK: Place

    @Test func aLogCopiedFromAnotherAppOrVolumeIsNotFollowed() throws {
        let other = try #require(VolumeID("00000000-0000-0000-0000-00000000000f"))
        var log = try TestLog.accepted(2)
        var wrong = TestLog.entry(3)
        wrong.record.app = "other"
        #expect(throws: TrustRefusal.wrongApp(3, "other")) { try log.accept(wrong, now: now) }
        wrong = TestLog.entry(3)
        wrong.record.volume = other
        #expect(throws: TrustRefusal.wrongVolume(expected: TestLog.volume, found: other)) { try log.accept(wrong, now: now) }
        #expect(throws: TrustRefusal.wrongVolume(expected: TestLog.volume, found: other)) {
            try log.check(tail: 9, volume: other)
        }
    }

    // MARK: Content

    @Test func aStateThatIsNotWhatTheChangeMakesIsRefused() throws {
        var log = try TestLog.accepted(2)
        var forged = TestLog.entry(3)
        forged.record.state.channels["beta"] = ChannelState(target: digest(66), decision: 1, promoted: [digest(66)])
        #expect(throws: TrustRefusal.self) { try log.accept(forged, now: now) }
        forged = TestLog.entry(3)
        forged.record.change = .promote(channel: "stable")
        #expect(throws: TrustRefusal.illegalStep(3, "channel 'stable' has no rollout open")) {
            try log.accept(forged, now: now)
        }
        #expect(log.accepted?.sequence == 2)
    }

    // MARK: Time

    @Test func aRecordFromTheFutureWaits() throws {
        var log = try TestLog.accepted(2)
        var early = TestLog.entry(3)
        early.record.time = now + .seconds(301)
        #expect(throws: TrustRefusal.fromTheFuture(3, early.record.time)) { try log.accept(early, now: now) }
        try log.accept(early, now: now + .seconds(1))
    }

    @Test func aRecordMayNotBeOlderThanTheOneItFollows() throws {
        var log = try TestLog.accepted(2)
        var late = TestLog.entry(3)
        let before = try #require(log.accepted).time
        late.record.time = before + .milliseconds(-300_001)
        #expect(throws: TrustRefusal.backdated(3, late.record.time)) { try log.accept(late, now: now) }
        late.record.time = before + .milliseconds(-300_000)
        try log.accept(late, now: now)
    }
}
