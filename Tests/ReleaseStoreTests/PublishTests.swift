import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct PublishTests {
    @Test func aHostFollowsWhatIsPublishedAndMaterializesIt() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let first = try fixture.publish("1.0")
            var follower = fixture.follower()
            var look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.refusal == nil && look.failure == nil)
            #expect(look.accepted?.sequence == 1)
            #expect(look.accepted?.state.channels[fixture.channel]?.target == first.release)
            let second = try fixture.publish("2.0")
            look = follower.look(in: fixture.fileSystem, now: fixture.now)
            #expect(look.records.map(\.sequence) == [2])
            let store = try fixture.localStore()
            let local = try Materializer(from: fixture.volume(), to: store).materialize(second.release)
            #expect(local.manifest.version == "2.0")
            let link = CurrentLink(store)
            #expect(try link.read() == nil)
            try link.swap(to: second.release)
            #expect(try link.read() == second.release)
            #expect(try LocalRelease.verify(second.release, in: store) == local)
        }
    }

    @Test func publishingAgainReusesWhatIsThere() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let first = try fixture.publish("1.0")
            #expect(first.newBytes > 0 && first.reusedBytes == 0)
            let second = try fixture.publish("1.0")
            #expect(second.release == first.release && second.sequence == 2)
            #expect(second.newBytes == 0 && second.reusedBytes == first.newBytes)
        }
    }

    @Test func aDamagedBlobIsReplacedWhenItsContentIsPublishedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let first = try fixture.publish("1.0")
            for file in fixture.release("1.0").manifest.files {
                let path = fixture.layout.blob(file.digest)
                try fixture.fileSystem.unlink(path, for: .userWrite)
                try AtomicWrite(fixture.fileSystem, .user).create(path, with: [0], mode: 0o444)
                #expect(try BlobStore(fixture.volume()).check(file.digest, size: file.size) != .good)
            }
            let second = try fixture.publish("1.0")
            #expect(second.newBytes == first.newBytes)
            for file in fixture.release("1.0").manifest.files {
                #expect(try BlobStore(fixture.volume()).check(file.digest, size: file.size) == .good)
            }
        }
    }

    @Test func aDryRunWritesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let files = InterceptingFileSystem()
            let outcome = try fixture.publisher(fileSystem: files)
                .publish(fixture.release("1.0"), channel: fixture.channel, message: "", dryRun: true)
            #expect(outcome.sequence == nil && outcome.newBytes > 0)
            let writes: Set<FileOperation> = [.create, .write, .link, .rename, .createDirectory, .unlink, .setMode]
            #expect(files.calls.allSatisfy { !writes.contains($0.operation) })
        }
    }

    @Test func contentThatChangesWhileItIsPublishedIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let release = PendingRelease(manifest: fixture.release("1.0").manifest) { (file) throws(ContentError) in
                MemoryContent([UInt8](repeating: 7, count: Int(file.size)))
            }
            let error = #expect(throws: StoreError.self) {
                try fixture.publisher().publish(release, channel: fixture.channel, message: "")
            }
            #expect(error?.code == .refused)
            #expect(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest() == nil)
            #expect(try fixture.fileSystem.list(fixture.layout.temporary, limit: 10, for: .volumeRead) == [])
        }
    }

    @Test func whatAnotherPublisherHasPutUnderTheSameDigestIsLookedAt() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.operation == .link, call.purpose == .blobPublish else { return }
                try AtomicWrite(LinuxFileSystem(), .user).create(call.path, with: [1, 2, 3], mode: 0o444)
            })
            #expect(throws: StoreError.self) {
                try fixture.publisher(fileSystem: files)
                    .publish(fixture.release("1.0"), channel: fixture.channel, message: "")
            }
            #expect(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest() == nil)
            // Published again, it is replaced.
            #expect(try fixture.publish("1.0").newBytes > 0)
            #expect(try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now).isGood)
        }
    }

    @Test func aClockThatWasSetBackMakesNoRecordOfThePast() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let begun = fixture.now
            fixture.clock.stepWall(by: -1000)
            try fixture.publish("2.0")
            let log = ReleaseLog(volume: try fixture.volume(), app: fixture.app, policy: nil)
            #expect(try log.newest()?.record.time == begun)
        }
    }

    @Test func rollingBackNamesTheReleaseBeforeAndNeedsItsBlobs() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let first = try fixture.publish("1.0")
            var error = #expect(throws: StoreError.self) { try fixture.publisher().rollBack(fixture.channel, message: "") }
            #expect(error?.code == .illegalStep)
            try fixture.publish("2.0")
            let back = try fixture.publisher().rollBack(fixture.channel, message: "oops")
            #expect(back.appended.record.change == .rollBack(channel: fixture.channel, to: first.release))
            #expect(back.appended.record.sequence == 3)
            try fixture.publish("3.0")
            try fixture.fileSystem.unlink(fixture.layout.blob(first.release), for: .userWrite)
            error = #expect(throws: StoreError.self) { try fixture.publisher().rollBack(fixture.channel, message: "") }
            #expect(error?.code == .missing(first.release))
        }
    }

    @Test func whatIsAskedForNewlyIsTold() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            var release = fixture.release("1.0")
            release.manifest.capabilities = Capabilities(outboundHosts: ["https://a.example"])
            let first = try fixture.publisher().publish(release, channel: fixture.channel, message: "")
            #expect(first.addedCapabilities.outboundHosts == ["https://a.example"])
            release.manifest.version = "1.1"
            release.manifest.capabilities = Capabilities(outboundHosts: ["https://a.example", "https://b.example"])
            let second = try fixture.publisher().publish(release, channel: fixture.channel, message: "")
            #expect(second.addedCapabilities.outboundHosts == ["https://b.example"])
            #expect(second.before == first.release)
        }
    }

    @Test func anUnsignedRecordIsNeverPutBehindSignedOnes() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let error = #expect(throws: StoreError.self) {
                try fixture.publisher(keys: [], policy: .some(nil)).operate(.hold(channel: fixture.channel), message: "")
            }
            #expect(error?.code == .refused)
        }
    }

    @Test func aRecordThatHostsWouldRefuseIsNotWritten() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let error = #expect(throws: StoreError.self) {
                try fixture.publisher(keys: [VolumeFixture.key(9)]).operate(.hold(channel: fixture.channel), message: "")
            }
            #expect(error?.code == .untrusted(.untrusted(2, .operate)))
            #expect(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest()?.record.sequence == 1)
        }
    }
}
