import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct VolumeTests {
    private let files = LinuxFileSystem()

    @Test func initializingTwiceChangesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let root = directory.appending("volume")
            let first = try Volume.initialize(at: root, in: files)
            #expect(first.isNew)
            let second = try Volume.initialize(at: root, in: files)
            #expect(!second.isNew && second.volume.id == first.volume.id)
        }
    }

    @Test func anEmptyMountPointIsTakenAsItIs() async throws {
        try await withTemporaryDirectory { directory in
            try files.createDirectory(directory.appending("lost+found"), mode: 0o700, for: .userWrite)
            #expect(try Volume.initialize(at: directory, in: files).isNew)
        }
    }

    @Test func whatIsNoVolumeIsRefusedAndLeftAlone() async throws {
        try await withTemporaryDirectory { directory in
            let foreign = directory.appending("photos")
            try files.createDirectory(foreign, mode: 0o755, for: .userWrite)
            try AtomicWrite(files, .user).create(foreign.appending("cat.jpg"), with: [1], mode: 0o644)
            let file = directory.appending("file")
            try AtomicWrite(files, .user).create(file, with: [1], mode: 0o644)
            let link = directory.appending("link")
            try files.createSymbolicLink(at: link, to: foreign, for: .userWrite)
            for path in [foreign, file, link] {
                let error = #expect(throws: StoreError.self) { try Volume.initialize(at: path, in: files) }
                #expect(error?.code == .notAVolume)
            }
            #expect(try files.list(foreign, limit: 10, for: .userRead) == ["cat.jpg"])
            #expect(throws: StoreError.self) { try Volume.initialize(at: directory.appending("a").appending("b"), in: files) }
        }
    }

    @Test func aFormatOfTheFutureIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let text = #"{"format": 2, "shards": "many", "volume": {"id": 7}}"#
            try AtomicWrite(files, .user).create(directory.appending("volume.json"), with: Array(text.utf8), mode: 0o644)
            for attempt in [
                { _ = try Volume.open(at: directory, in: files) }, { _ = try Volume.initialize(at: directory, in: files) },
            ] {
                let error = #expect(throws: StoreError.self) { try attempt() }
                #expect(error?.code == .unknownFormat)
            }
            #expect(try files.list(directory, limit: 10, for: .userRead) == ["volume.json"])
        }
    }

    @Test func releasesWithoutADescriptionAreNotTakenForAnEmptyVolume() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try files.unlink(fixture.layout.description, for: .userWrite)
            let error = #expect(throws: StoreError.self) { try Volume.initialize(at: fixture.root, in: files) }
            #expect(error?.code == .notAVolume)
        }
    }

    @Test func initializingAgainAfterAnyInterruptionCompletesTheVolume() async throws {
        var step = 0
        while true {
            let isWhole = try await withTemporaryDirectory { directory in
                let root = directory.appending("volume")
                let limit = step
                let files = InterceptingFileSystem()
                let broken = InterceptingFileSystem(
                    files,
                    before: { (call) throws(FileError) in
                        guard call.operation.isMutating, files.calls.filter(\.operation.isMutating).count >= limit else {
                            return
                        }
                        throw FileError(
                            code: .other, errno: 5, operation: call.operation, path: call.path, purpose: call.purpose)
                    })
                let isWhole = (try? Volume.initialize(at: root, in: broken)) != nil
                _ = try Volume.initialize(at: root, in: LinuxFileSystem())
                #expect(try VolumeVerifier(Volume.open(at: root, in: files)).verify(now: Instant(milliseconds: 0)).isGood)
                return isWhole
            }
            if isWhole { break }
            step += 1
        }
        #expect(step > 5)
    }
}

@Suite struct KeyFileTests {
    private let files = LinuxFileSystem()

    @Test func aKeyIsReadBackAndNeverOverwritten() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("key")
            let key = SigningKey(name: "ci")
            try SigningKeyFile.save(key, to: path, in: files)
            #expect(try files.status(path, for: .userRead)?.mode == 0o600)
            #expect(try SigningKeyFile.load(path, in: files).publicKey == key.publicKey)
            let error = #expect(throws: StoreError.self) {
                try SigningKeyFile.save(SigningKey(name: "other"), to: path, in: files)
            }
            #expect(error?.code == .refused)
            #expect(try SigningKeyFile.load(path, in: files).publicKey == key.publicKey)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660] as [UInt16]) func aKeyThatOthersMayReadIsNotUsed(_ mode: UInt16) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("key")
            try SigningKeyFile.save(SigningKey(name: "ci"), to: path, in: files)
            try files.setMode(path, mode, for: .userWrite)
            let error = #expect(throws: StoreError.self) { try SigningKeyFile.load(path, in: files) }
            #expect(error?.code == .unsafeKey)
        }
    }

    @Test func aMisspelledFieldDoesNotWeakenAPolicy() async throws {
        try await withTemporaryDirectory { directory in
            let policy = TrustPolicy(
                keys: [TrustedKey(publicKey: VolumeFixture.key(1).publicKey, name: "ci", roles: [.release, .operate])],
                thresholds: [.release: 1])
            let path = directory.appending("trust.json")
            try TrustPolicyFile.save(policy, to: path, in: files)
            #expect(try TrustPolicyFile.load(path, in: files) == policy)
            let text = String(decoding: try files.readAll(path, limit: 1 << 16, for: .userRead), as: UTF8.self)
            for (old, new) in [
                (#""name""#, #""expirse": "2020-01-01T00:00:00.000Z", "name""#), (#""release" : 1"#, #""release" : 0"#),
                (#""format" : 1"#, #""format" : 2"#), (policy.keys[0].publicKey, "AAAA"),
            ] {
                let changed = text.replacing(old, with: new)
                #expect(changed != text)
                #expect(throws: StoreError.self) { try TrustPolicyFile.decode(Array(changed.utf8), object: "the policy") }
            }
            // Written by a person: any order, any white space, `null` for nothing.
            let loose = text.replacing(#""name""#, with: #""expires" : null ,  "name""#)
            #expect(try TrustPolicyFile.decode(Array(loose.utf8), object: "the policy") == policy)
        }
    }
}
