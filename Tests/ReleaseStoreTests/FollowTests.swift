import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct FollowTests {
    @Test func beginningCostsTheSameHoweverLongTheLogIs() async throws {
        var counts: [Int: Int] = [:]
        for length in [10, 1000] {
            try await withTemporaryDirectory { directory in
                let fixture = try VolumeFixture(in: directory, fileSystem: InterceptingFileSystem(syncs: false))
                try fixture.publish("1.0")
                try fixture.hold(andResume: length / 2)
                // The last is a release, as in a log that nobody operates on.
                try fixture.publish("2.0")
                let files = InterceptingFileSystem()
                var follower = fixture.follower()
                let look = follower.look(in: files, now: fixture.now)
                #expect(look.isCurrent && look.records.count == 1)
                counts[length] = files.calls.count
            }
        }
        #expect(counts[10] == counts[1000])
        #expect(try #require(counts[10]) < 40)
    }

    @Test func beginningWithoutABeaconCostsALogarithm() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory, fileSystem: InterceptingFileSystem(syncs: false))
            try fixture.publish("1.0")
            try fixture.hold(andResume: 100)
            try fixture.fileSystem.unlink(fixture.layout.head(fixture.app), for: .userWrite)
            let files = InterceptingFileSystem()
            var follower = fixture.follower()
            #expect(follower.look(in: files, now: fixture.now).accepted?.sequence == 201)
            #expect(
                files.calls.filter { $0.purpose == .recordRead && $0.operation == .status && $0.path.string.contains("/log/") }
                    .count < 60)
        }
    }

    @Test func anIdleLookReadsOneRecordAndWritesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            _ = follower.look(in: fixture.fileSystem, now: fixture.now)
            let files = InterceptingFileSystem()
            let look = follower.look(in: files, now: fixture.now)
            #expect(look.isCurrent && look.records.isEmpty)
            #expect(files.calls.allSatisfy { !$0.operation.isMutating })
            #expect(files.calls.filter { $0.operation == .open && $0.purpose == .recordRead }.count == 1)
        }
    }

    @Test func aVolumeRestoredFromAnOlderCopyIsNoticedAndNotFollowed() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try fixture.publish("2.0")
            var follower = fixture.follower()
            let before = follower.look(in: fixture.fileSystem, now: fixture.now).accepted
            try fixture.fileSystem.unlink(fixture.layout.record(fixture.app, 2), for: .userWrite)
            var look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.refusal == .rewind(accepted: 2, found: 1))
            #expect(look.accepted == before)
            // What is published next on the older copy is a fork, also for an agent that was restarted.
            try fixture.publish("3.0")
            var restarted = fixture.follower(resuming: before)
            look = restarted.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.refusal == .fork(2))
            #expect(look.accepted == before)
        }
    }

    @Test func anotherVolumeInItsPlaceIsNotFollowed() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            _ = follower.look(in: fixture.fileSystem, now: fixture.now)
            try fixture.fileSystem.removeTree(fixture.root, for: .userWrite)
            let other = try #require(VolumeID("00000000-0c4e-4b59-9d3e-2f8c8d1f7a10"))
            _ = try Volume.initialize(at: fixture.root, id: other, in: fixture.fileSystem)
            try fixture.publish("1.0")
            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.refusal == .wrongVolume(expected: try #require(VolumeFixture.volumeID), found: other))
        }
    }

    @Test func anEmptiedVolumeIsAFailureAndNotAnEmptyLog() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            let before = follower.look(in: fixture.fileSystem, now: fixture.now)
            for name in try fixture.fileSystem.list(fixture.root, limit: 10, for: .userRead) {
                try fixture.fileSystem.removeTree(fixture.root.appending(name), for: .userWrite)
            }
            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.failure?.code == .notAVolume)
            #expect(look.accepted == before.accepted)
        }
    }

    @Test func aForgedBeaconCostsNothingButAnotherLookUp() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try fixture.publish("2.0")
            let head = fixture.layout.head(fixture.app)
            for payload in [
                #"{"digest":"sha256:\#(String(repeating: "0", count: 64))","sequence":9999999999999999}"#,
                #"{"digest":"sha256:\#(String(repeating: "0", count: 64))","sequence":1}"#, #"{"sequence":-1}"#, "", "[[[",
            ] {
                try fixture.fileSystem.unlink(head, for: .userWrite)
                try fixture.writeInPlace(Array(payload.utf8), kind: "head", size: Beacon.fileSize, to: head)
                var follower = fixture.follower()
                #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 2)
            }
            try fixture.fileSystem.unlink(head, for: .userWrite)
            try fixture.fileSystem.createSymbolicLink(at: head, to: "/etc/passwd", for: .userWrite)
            var follower = fixture.follower()
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 2)
        }
    }

    @Test func aHostThatOnlyTrustsAKeyForOperatingBeginsBehindARelease() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let operatorKey = VolumeFixture.key(2)
            let policy = TrustPolicy(keys: [
                TrustedKey(publicKey: fixture.key.publicKey, name: "ci", roles: [.release]),
                TrustedKey(publicKey: operatorKey.publicKey, name: "ops", roles: [.operate]),
            ])
            _ = try fixture.publisher(policy: policy).publish(fixture.release("1.0"), channel: fixture.channel, message: "")
            let ops = fixture.publisher(keys: [operatorKey], policy: policy)
            _ = try ops.operate(.hold(channel: fixture.channel), message: "")
            var follower = fixture.follower(policy: policy)
            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.records.map(\.sequence) == [1, 2])
            // A state of its own making, signed with the operator's key alone: a host without history must not take it either.
            let newest = try #require(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: policy).newest())
            var forged = newest.record
            forged.sequence = 3
            forged.previous = newest.digest
            forged.change = .resume(channel: fixture.channel)
            forged.state.channels[fixture.channel] = ChannelState(
                target: Digest(of: [6]), decision: 1, promoted: [Digest(of: [6])])
            try fixture.write(forged, signedBy: [operatorKey])
            var newcomer = fixture.follower(policy: policy)
            let result = newcomer.look(in: fixture.fileSystem, now: fixture.now)
            guard case .illegalStep(3, _) = result.refusal else { throw Unexpected("\(result)") }
            #expect(result.accepted?.sequence == 2)
        }
    }

    @Test func aReadOnlyVolumeIsFollowedAndMaterialized() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let outcome = try fixture.publish("1.0")
            let root = fixture.root.string
            let readOnly = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.operation.isMutating, call.path.string.hasPrefix(root) else { return }
                throw FileError(code: .readOnly, operation: call.operation, path: call.path, purpose: call.purpose)
            })
            var follower = fixture.follower()
            #expect(follower.look(in: readOnly, now: fixture.now).isCurrent)
            let volume = try Volume.open(at: fixture.root, in: readOnly)
            _ = try Materializer(from: volume, to: LocalStore.open(fixture.localLayout, in: readOnly)).materialize(
                outcome.release)
            #expect(try VolumeVerifier(volume, policy: fixture.policy).verify(now: fixture.now).isGood)
        }
    }
}

struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

extension VolumeFixture {
    /// Writes that many pairs of records, without the publisher's care.
    func hold(andResume times: Int) throws {
        let log = ReleaseLog(volume: try volume(), app: app, policy: nil)
        guard let newest = try log.newest() else { throw Unexpected("the log is empty") }
        var record = newest.record
        var digest = newest.digest
        for number in 0..<times * 2 {
            record.sequence += 1
            record.previous = digest
            record.change = number % 2 == 0 ? .hold(channel: channel) : .resume(channel: channel)
            record.state = try record.state.applying(record.change, sequence: record.sequence, at: record.time)
            let envelope = try Envelope(payload: CanonicalJSON.encode(record), payloadType: Envelope.recordType, keys: [key])
            let bytes = try CanonicalJSON.encode(envelope)
            digest = Digest(of: bytes)
            try write(bytes, asRecord: record.sequence)
        }
    }

    func writeInPlace(_ payload: [UInt8], kind: String, size: Int, to path: FilePath) throws {
        var bytes = Array("wasmrollout \(kind) 1 \(payload.count) \(Digest(of: payload).hex)\n".utf8) + payload
        bytes += [UInt8](repeating: 0x20, count: max(0, size - bytes.count - 1)) + [0x0A]
        try AtomicWrite(fileSystem, .user).create(path, with: bytes, mode: 0o644)
    }

    /// Puts a record on the volume as it is.
    func write(_ record: Record, signedBy keys: [SigningKey]) throws {
        let envelope = try Envelope(payload: CanonicalJSON.encode(record), payloadType: Envelope.recordType, keys: keys)
        try write(CanonicalJSON.encode(envelope), asRecord: record.sequence)
    }

    func write(_ bytes: [UInt8], asRecord sequence: UInt64) throws {
        try AtomicWrite(fileSystem, .user).create(layout.record(app, sequence), with: bytes, mode: 0o444)
    }
}
