import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// A key is exchanged for another one, and not every host is there when it happens.
@Suite struct FormerKeyTests {
    private let new = VolumeFixture.key(2)

    private func policy(_ keys: [SigningKey]) -> TrustPolicy {
        TrustPolicy(keys: keys.map { TrustedKey(publicKey: $0.publicKey, name: $0.name, roles: Set(TrustRole.allCases)) })
    }

    private func publish(_ version: String, on fixture: VolumeFixture, with key: SigningKey, trusting keys: [SigningKey]) throws
    {
        _ = try fixture.publisher(keys: [key], policy: policy(keys)).publish(
            fixture.release(version), channel: fixture.channel, message: "")
    }

    /// Two releases signed with the key that is removed, of which a host accepted the first.
    private func withHostBehind(_ body: (_ fixture: VolumeFixture, _ accepted: AcceptedHead) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            let accepted = try #require(follower.look(in: fixture.fileSystem, now: fixture.now).accepted)
            try fixture.publish("2.0")
            try fixture.publish("3.0")
            try body(fixture, accepted)
        }
    }

    @Test func aHostWhoseClockWasAheadOnceTakesWhatAValidKeySigns() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var policy = policy([fixture.key])
            policy.keys[0].expires = fixture.now + .seconds(30 * 86_400)
            var follower = fixture.follower(policy: policy)
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now + .seconds(365 * 86_400)).accepted?.sequence == 1)
            // Set right, without a restart.
            fixture.clock.advance(by: .seconds(1))
            try fixture.publish("2.0")
            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.accepted?.sequence == 2 && look.refusal == nil)
        }
    }

    @Test func aHostThatWasAwayGoesOnWhereTheNewKeyVouches() async throws {
        try await withHostBehind { fixture, accepted in
            var follower = fixture.follower(resuming: accepted, policy: policy([new]))
            var look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.refusal == .untrusted(2, .release))
            #expect(look.accepted == accepted)
            // Who publishes with the new key accepts the log first, so its policy has both.
            try publish("4.0", on: fixture, with: new, trusting: [fixture.key, new])
            look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.isCurrent && look.accepted?.sequence == 4 && look.records.map(\.sequence) == [4])
            // A host that begins anew comes to the same.
            var newcomer = fixture.follower(policy: policy([new]))
            #expect(newcomer.look(in: fixture.fileSystem, now: fixture.now).accepted == look.accepted)
            try publish("5.0", on: fixture, with: new, trusting: [new])
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 5)
        }
    }

    @Test func whoHoldsTheFormerKeyStopsTheHostAndMovesItNowhere() async throws {
        try await withHostBehind { fixture, accepted in
            try publish("4.0", on: fixture, with: new, trusting: [fixture.key, new])
            try publish("5.0", on: fixture, with: fixture.key, trusting: [fixture.key, new])
            var follower = fixture.follower(resuming: accepted, policy: policy([new]))
            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.accepted?.sequence == 4)
            #expect(look.refusal == .untrusted(5, .release))
        }
    }

    @Test func aForkIsSeenThoughTheNewKeySignedIt() async throws {
        try await withHostBehind { fixture, accepted in
            // The log is rewritten below what the host accepted, and goes on from there with a key that is trusted.
            for sequence in 1...3 as ClosedRange<UInt64> {
                try fixture.fileSystem.unlink(fixture.layout.record(fixture.app, sequence), for: .userWrite)
            }
            for version in ["1.1", "2.1"] {
                try publish(version, on: fixture, with: fixture.key, trusting: [fixture.key, new])
            }
            try publish("3.1", on: fixture, with: new, trusting: [fixture.key, new])
            let first = try #require(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).stored(1))
            var follower = fixture.follower(resuming: accepted, policy: policy([new]))
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).refusal == .fork(1))
            // And with the accepted record put back in its place.
            #expect(first.entry.digest != accepted.digest)
        }
    }

    @Test func aKeyThatExpiredWhileTheHostWasAwayIsNoDeadEnd() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var policy = policy([fixture.key, new])
            policy.keys[0].expires = fixture.now + .seconds(60)
            var follower = fixture.follower(policy: policy)
            _ = follower.look(in: fixture.fileSystem, now: fixture.now)
            fixture.clock.advance(by: .seconds(50))
            try fixture.publish("2.0")
            fixture.clock.advance(by: .seconds(50))
            // It saw no record 2 for as long as it looked, which was before the key expired; this one is fine.
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 2)
            // Now it knows that there was nothing more when the key expired.
            try fixture.write(try backdated(fixture), signedBy: [fixture.key])
            var look = follower.look(in: fixture.fileSystem, now: fixture.now)
            guard case .expired(3, _, _) = look.refusal else { throw Unexpected("\(look)") }
            try publish("4.0", on: fixture, with: new, trusting: [fixture.key, new])
            look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.isCurrent && look.accepted?.sequence == 4)
        }
    }

    // MARK: An emergency: the policy has only the new key

    private func publisher(
        _ fixture: VolumeFixture, keys: [SigningKey], trusting policy: TrustPolicy, vouchingFor record: UInt64? = nil
    ) -> Publisher {
        var publisher = fixture.publisher(keys: keys, policy: policy)
        publisher.vouchedThrough = record
        return publisher
    }

    @Test func aNewKeyGoesOnWhereAPersonVouchesForTheOldKeysRecords() async throws {
        try await withHostBehind { fixture, accepted in
            let release = fixture.release("4.0")
            let error = #expect(throws: StoreError.self) {
                try publisher(fixture, keys: [new], trusting: policy([new])).publish(
                    release, channel: fixture.channel, message: "")
            }
            #expect(error?.code == .untrusted(.untrusted(3, .release)) || error?.code == .untrusted(.untrusted(1, .release)))
            #expect(error?.description.contains("records 1 to 3 are not signed as this trust policy demands") == true)
            #expect(error?.remedy.contains("--vouch-for 3") == true)
            // What was not looked at is not vouched for.
            #expect(throws: StoreError.self) {
                try publisher(fixture, keys: [new], trusting: policy([new]), vouchingFor: 2).publish(
                    release, channel: fixture.channel, message: "")
            }
            let outcome = try publisher(fixture, keys: [new], trusting: policy([new]), vouchingFor: 3).publish(
                release, channel: fixture.channel, message: "")
            #expect(outcome.sequence == 4 && outcome.warnings.contains { $0.contains("vouches for records 1 to 3") })
            // Hosts with the new policy: one that was behind, one that is new.
            for resumed in [accepted, nil] {
                var follower = fixture.follower(resuming: resumed, policy: policy([new]))
                #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 4)
            }
            // From here on nobody needs to vouch.
            try publish("5.0", on: fixture, with: new, trusting: [new])
        }
    }

    /// Nothing tells a record of a former key from one of somebody who holds none.
    @Test func whatSomebodyWithoutAKeySlipsInIsNotVouchedForUnseen() async throws {
        try await withHostBehind { fixture, _ in
            let thief = VolumeFixture.key(9)
            try publish("evil", on: fixture, with: thief, trusting: [fixture.key, thief])
            let error = #expect(throws: StoreError.self) { try fixture.publish("5.0") }
            #expect(error?.description.contains("record 4 is not signed") == true, "\(error?.description ?? "")")
            #expect(throws: StoreError.self) {
                try publisher(fixture, keys: [fixture.key], trusting: fixture.policy, vouchingFor: 3).publish(
                    fixture.release("5.0"), channel: fixture.channel, message: "")
            }
            #expect(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).tail().newest?.record.sequence == 4)
            // Who has looked takes it back and vouches in one record.
            let evil = try #require(
                try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest()?.record.change.release)
            _ = try publisher(fixture, keys: [fixture.key], trusting: fixture.policy, vouchingFor: 4).operate(
                .quarantine(release: evil), message: "")
            var follower = fixture.follower()
            let state = follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.state
            #expect(state?.quarantined == [evil] && state?.channels[fixture.channel]?.target != evil)
        }
    }

    @Test func aHigherThresholdIsReachedByEnoughKeysAtOnce() async throws {
        try await withHostBehind { fixture, accepted in
            var two = policy([fixture.key, new])
            two.thresholds = [.release: 2]
            let release = fixture.release("4.0")
            // One signature vouches for nothing.
            #expect(throws: StoreError.self) {
                try publisher(fixture, keys: [new], trusting: two, vouchingFor: 3).publish(
                    release, channel: fixture.channel, message: "")
            }
            _ = try publisher(fixture, keys: [fixture.key, new], trusting: two, vouchingFor: 3).publish(
                release, channel: fixture.channel, message: "")
            var follower = fixture.follower(resuming: accepted, policy: two)
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 4)
        }
    }

    @Test func whoMayOnlyOperateVouchesForNothing() async throws {
        try await withHostBehind { fixture, _ in
            let operating = TrustPolicy(keys: [
                TrustedKey(publicKey: new.publicKey, name: "operator", roles: [.operate])
            ])
            let error = #expect(throws: StoreError.self) {
                try publisher(fixture, keys: [new], trusting: operating, vouchingFor: 3).operate(
                    .hold(channel: fixture.channel), message: "")
            }
            #expect(error?.code == .untrusted(.untrusted(4, .release)), "\(error?.description ?? "")")
        }
    }

    @Test func nobodyVouchesForALogThatIsNotWhole() async throws {
        try await withHostBehind { fixture, _ in
            let path = fixture.layout.record(fixture.app, 2)
            let first = try fixture.fileSystem.readAll(fixture.layout.record(fixture.app, 1), limit: 1 << 20, for: .userRead)
            try fixture.fileSystem.unlink(path, for: .userWrite)
            try AtomicWrite(fixture.fileSystem, .user).create(path, with: first, mode: 0o444)
            #expect(throws: StoreError.self) {
                try publisher(fixture, keys: [new], trusting: policy([new]), vouchingFor: 3).publish(
                    fixture.release("4.0"), channel: fixture.channel, message: "")
            }
        }
    }

    /// The next record, dated before the key expired.
    private func backdated(_ fixture: VolumeFixture) throws -> Record {
        let newest = try #require(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest())
        var next = newest.record
        next.sequence += 1
        next.time = newest.record.time + .seconds(1)
        next.previous = newest.digest
        next.change = .release(channel: fixture.channel, release: Digest(of: [7]), waves: [.everyone])
        next.state = try newest.record.state.applying(next.change, sequence: next.sequence, at: next.time)
        return next
    }
}
