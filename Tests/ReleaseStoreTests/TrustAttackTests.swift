import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Attacks on the log by someone who may write to the volume but has no key, or not enough of them.
@Suite struct TrustAttackTests {
    /// A log of one good record, and what would follow it.
    private func withLog(
        _ body: (_ fixture: VolumeFixture, _ next: Record, _ accepted: AcceptedHead) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            let accepted = try #require(follower.look(in: fixture.fileSystem, now: fixture.now).accepted)
            let change = Change.release(channel: fixture.channel, release: Digest(of: [1]), waves: [.everyone])
            let next = Record(
                volume: accepted.volume, app: fixture.app, sequence: 2, previous: accepted.digest, time: fixture.now,
                who: "mallory",
                message: "", change: change, state: try accepted.state.applying(change, sequence: 2, at: fixture.now))
            try body(fixture, next, accepted)
        }
    }

    /// What both a host with history and one without make of the log.
    private func refusals(_ fixture: VolumeFixture, _ accepted: AcceptedHead, policy: TrustPolicy? = nil) -> [TrustRefusal?] {
        [accepted, nil].map { head in
            var follower = fixture.follower(resuming: head, policy: policy ?? fixture.policy)
            return follower.look(in: fixture.fileSystem, now: fixture.now).refusal
        }
    }

    @Test func anUnsignedRecordIsRefused() async throws {
        try await withLog { fixture, next, accepted in
            try fixture.write(next, signedBy: [])
            #expect(refusals(fixture, accepted) == [.untrusted(2, .release), .untrusted(2, .release)])
        }
    }

    @Test func aRecordSignedByAnUnknownKeyIsRefused() async throws {
        try await withLog { fixture, next, accepted in
            try fixture.write(next, signedBy: [VolumeFixture.key(66)])
            #expect(refusals(fixture, accepted).first == .untrusted(2, .release))
        }
    }

    @Test func aSignatureUnderATrustedKeysNameDoesNotCount() async throws {
        try await withLog { fixture, next, accepted in
            let payload = try CanonicalJSON.encode(next)
            var envelope = try Envelope(payload: payload, payloadType: Envelope.recordType, keys: [VolumeFixture.key(66)])
            envelope.signatures[0].keyid = fixture.key.id
            try fixture.write(CanonicalJSON.encode(envelope), asRecord: 2)
            #expect(refusals(fixture, accepted).first == .untrusted(2, .release))
        }
    }

    @Test func aSignatureFromAnotherRecordDoesNotCount() async throws {
        try await withLog { fixture, next, accepted in
            let log = ReleaseLog(volume: try fixture.volume(), app: fixture.app, policy: nil)
            var envelope = try Envelope(payload: CanonicalJSON.encode(next), payloadType: Envelope.recordType, keys: [])
            envelope.signatures = try #require(try log.stored(1)).envelope.signatures
            try fixture.write(CanonicalJSON.encode(envelope), asRecord: 2)
            #expect(refusals(fixture, accepted).first == .untrusted(2, .release))
        }
    }

    @Test func oneKeyThatSignsTwiceOrIsListedTwiceIsOneKey() async throws {
        try await withLog { fixture, next, accepted in
            let second = TrustedKey(publicKey: VolumeFixture.key(2).publicKey, name: "b", roles: [.release])
            let policy = TrustPolicy(
                keys: fixture.policy.keys + [
                    TrustedKey(publicKey: fixture.key.publicKey, name: "again", roles: [.release]), second,
                ],
                thresholds: [.release: 2])
            #expect(policy.defect == nil)
            var envelope = try Envelope(
                payload: CanonicalJSON.encode(next), payloadType: Envelope.recordType, keys: [fixture.key])
            envelope.signatures += envelope.signatures
            try fixture.write(CanonicalJSON.encode(envelope), asRecord: 2)
            #expect(refusals(fixture, accepted, policy: policy).first == .tooFewSignatures(2, .release, found: 1, needed: 2))
            // And both keys together are enough.
            try fixture.fileSystem.unlink(fixture.layout.record(fixture.app, 2), for: .userWrite)
            try fixture.write(next, signedBy: [fixture.key, VolumeFixture.key(2)])
            #expect(refusals(fixture, accepted, policy: policy) == [nil, nil])
        }
    }

    @Test func moreSignaturesThanAllowedAreNotEvenChecked() async throws {
        try await withLog { fixture, next, accepted in
            var envelope = try Envelope(
                payload: CanonicalJSON.encode(next), payloadType: Envelope.recordType, keys: [fixture.key])
            envelope.signatures = Array(repeating: envelope.signatures[0], count: Limits.signatures + 1)
            try fixture.write(CanonicalJSON.encode(envelope), asRecord: 2)
            guard case .notARecord(2, _, _) = refusals(fixture, accepted)[0] else { throw Unexpected("it was taken") }
        }
    }

    @Test func aFieldThatIsNotKnownIsRefusedWhereverItStands() async throws {
        try await withLog { fixture, next, accepted in
            let payload = String(decoding: try CanonicalJSON.encode(next), as: UTF8.self)
            let sneaky = payload.dropLast() + #","zzz":1}"#
            let twice = payload.replacing(#""message":"""#, with: #""message":"","message":"""#, maxReplacements: 1)
            let spaced = payload.replacing(":", with: ": ", maxReplacements: 1)
            for text in [String(sneaky), twice, spaced] {
                let envelope = try Envelope(payload: Array(text.utf8), payloadType: Envelope.recordType, keys: [fixture.key])
                try fixture.write(CanonicalJSON.encode(envelope), asRecord: 2)
                guard case .notARecord(2, _, _) = refusals(fixture, accepted)[0] else {
                    throw Unexpected("it was taken: \(text)")
                }
                try fixture.fileSystem.unlink(fixture.layout.record(fixture.app, 2), for: .userWrite)
            }
            let envelope = try Envelope(
                payload: CanonicalJSON.encode(next), payloadType: Envelope.recordType, keys: [fixture.key])
            let outside = String(decoding: try CanonicalJSON.encode(envelope), as: UTF8.self).dropLast() + #","zzz":1}"#
            try fixture.write(Array(outside.utf8), asRecord: 2)
            guard case .notARecord(2, _, _) = refusals(fixture, accepted)[0] else { throw Unexpected("it was taken") }
        }
    }

    @Test func aPayloadOfAnotherTypeIsRefusedThoughItIsSigned() async throws {
        try await withLog { fixture, next, accepted in
            let envelope = try Envelope(payload: CanonicalJSON.encode(next), payloadType: "text/plain", keys: [fixture.key])
            try fixture.write(CanonicalJSON.encode(envelope), asRecord: 2)
            guard case .notARecord(2, _, _) = refusals(fixture, accepted)[0] else { throw Unexpected("it was taken") }
        }
    }

    @Test func aRecordOfAnotherAppOrVolumeIsRefusedThoughItIsSigned() async throws {
        try await withLog { fixture, next, accepted in
            var record = next
            record.app = "bank"
            try fixture.write(record, signedBy: [fixture.key])
            #expect(refusals(fixture, accepted) == [.wrongApp(2, "bank"), .wrongApp(2, "bank")])
            try fixture.fileSystem.unlink(fixture.layout.record(fixture.app, 2), for: .userWrite)
            record = next
            record.volume = try #require(VolumeID("00000000-0000-4000-8000-000000000000"))
            try fixture.write(record, signedBy: [fixture.key])
            let refused = TrustRefusal.wrongVolume(expected: accepted.volume, found: record.volume)
            #expect(refusals(fixture, accepted) == [refused, refused])
        }
    }

    @Test func aJumpToTheLastNumberIsRefused() async throws {
        try await withLog { fixture, next, accepted in
            var record = next
            record.sequence = Limits.sequence
            try fixture.write(record, signedBy: [fixture.key])
            try Beacon(sequence: Limits.sequence, digest: Digest(of: [])).writeForTest(fixture)
            var follower = fixture.follower(resuming: accepted)
            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.refusal == .gap(expected: 2, found: Limits.sequence))
            #expect(look.accepted == accepted)
        }
    }

    @Test func aRecordThatClaimsAnotherStateThanItsChangeMakesIsRefused() async throws {
        try await withLog { fixture, next, accepted in
            var record = next
            record.state.channels[fixture.channel]?.promoted.append(Digest(of: [9]))
            try fixture.write(record, signedBy: [fixture.key])
            guard case .illegalStep(2, _) = refusals(fixture, accepted)[0] else { throw Unexpected("it was taken") }
        }
    }

    @Test func aPublisherDoesNotSignOnTopOfWhatItDoesNotTrust() async throws {
        try await withLog { fixture, next, _ in
            try fixture.write(next, signedBy: [VolumeFixture.key(66)])
            let error = #expect(throws: StoreError.self) { try fixture.publish("2.0") }
            guard case .untrusted = error?.code else { throw Unexpected("\(String(describing: error))") }
        }
    }

    @Test func aManifestOfAnotherAppIsNotMaterialized() async throws {
        try await withTemporaryDirectory { directory in
            let bank = try VolumeFixture(in: directory, app: "bank")
            let outcome = try bank.publish("1.0")
            let shop = LocalLayout(store: directory.appending("store"), app: "shop")
            let materializer = try Materializer(from: bank.volume(), to: LocalStore.open(shop, in: bank.fileSystem))
            #expect(throws: StoreError.self) { try materializer.materialize(outcome.release) }
        }
    }
}

extension Beacon {
    func writeForTest(_ fixture: VolumeFixture) throws {
        let head = fixture.layout.head(fixture.app)
        try fixture.fileSystem.unlink(head, for: .userWrite)
        try fixture.writeInPlace(CanonicalJSON.encode(self), kind: "head", size: Beacon.fileSize, to: head)
    }
}
