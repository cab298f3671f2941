import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@Suite struct CollectTests {
    /// Files are as old as the test; "now" is two days on.
    private let later = Instant(milliseconds: SystemClock().wallMilliseconds) + .seconds(2 * 86_400)

    private func withReleases(
        _ count: Int, _ body: (VolumeFixture, [Digest]) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory, fileSystem: InterceptingFileSystem(syncs: false))
            // Waves, so that none is promoted but the first.
            let half = try #require(WaveSize(millionths: 500_000))
            let releases = try (1...count).map {
                try fixture.publish("\($0)", waves: $0 == 1 ? [.everyone] : [half, .everyone]).release
            }
            try body(fixture, releases)
        }
    }

    private func has(_ release: Digest, _ fixture: VolumeFixture) throws -> Bool {
        try fixture.fileSystem.status(fixture.layout.blob(release), for: .userRead) != nil
    }

    @Test func whatNoChannelHostOrRecentRecordNeedsIsDeleted() async throws {
        try await withReleases(8) { fixture, releases in
            try fixture.writeStatus("a", serving: releases[2])
            let collector = VolumeCollector(try fixture.volume(), keep: 2)
            let plan = try collector.collect(now: later, dryRun: true)
            for release in releases { #expect(try has(release, fixture)) }
            let outcome = try collector.collect(now: later, dryRun: false)
            #expect(outcome.removed == plan.removed && outcome.removedBytes > 0)
            // The promoted first, the one a host serves, the last two released.
            let kept = try releases.map { try has($0, fixture) }
            #expect(kept == [true, false, true, false, false, false, true, true])
            #expect(try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now).isGood)
            for index in [0, 2, 6, 7] {
                _ = try Materializer(from: fixture.volume(), to: fixture.localStore()).materialize(releases[index])
            }
            // Done again, there is nothing left to do.
            #expect(try collector.collect(now: later, dryRun: false).removed.isEmpty)
        }
    }

    @Test func whatIsYoungOrWasReusedStays() async throws {
        try await withReleases(4) { fixture, releases in
            let collector = VolumeCollector(try fixture.volume(), keep: 1)
            let now = Instant(milliseconds: SystemClock().wallMilliseconds)
            #expect(try collector.collect(now: now, dryRun: false).removed.isEmpty)
            let path = fixture.layout.blob(releases[1])
            let before = try #require(try fixture.fileSystem.status(path, for: .userRead))
            // What a publisher reuses looks young from then on.
            var changed = before.changed
            try eventually {
                let file = ReleaseFile(
                    path: try #require(RelativePath("m")), digest: releases[1], size: before.size)
                _ = try BlobStore(fixture.volume()).ingest(MemoryContent([]), expecting: file)
                changed = try #require(try fixture.fileSystem.status(path, for: .userRead)).changed
                return changed > before.changed
            }
            #expect(changed > before.changed)
        }
    }

    @Test func whatWasWrittenLongAgoAndReusedTodayStays() async throws {
        try await withReleases(4) { fixture, releases in
            let now = Instant(milliseconds: SystemClock().wallMilliseconds)
            let path = fixture.layout.blob(releases[1])
            // To set the time of the last write back is a change, made now: as a publisher's mark is.
            let long = timeval(tv_sec: 1_000_000, tv_usec: 0)
            #expect(path.withPlatformString { utimes($0, [long, long]) } == 0)
            let found = try #require(try fixture.fileSystem.status(path, for: .userRead))
            #expect(found.modified < found.changed)
            let collector = VolumeCollector(try fixture.volume(), keep: 1)
            #expect(try collector.collect(now: now, dryRun: false).removed.isEmpty)
            #expect(try collector.collect(now: later, dryRun: false).removed.isEmpty == false)
            #expect(try !has(releases[1], fixture))
        }
    }

    @Test(arguments: ["record", "status", "manifest", "missing manifest"])
    func nothingIsDeletedWhenNotAllCanBeRead(_ what: String) async throws {
        try await withReleases(6) { fixture, releases in
            try fixture.writeStatus("a", serving: releases[2])
            let path =
                switch what {
                case "record": fixture.layout.record(fixture.app, 6)
                case "status": fixture.layout.status(fixture.app, "a")
                default: fixture.layout.blob(releases[5])
                }
            try fixture.fileSystem.unlink(path, for: .userWrite)
            let isMissing = what.hasPrefix("missing")
            if !isMissing { try AtomicWrite(fixture.fileSystem, .user).create(path, with: [1, 2, 3], mode: 0o644) }
            #expect(throws: StoreError.self) {
                try VolumeCollector(fixture.volume(), keep: 1).collect(now: later, dryRun: false)
            }
            for release in isMissing ? releases.dropLast() : releases { #expect(try has(release, fixture)) }
        }
    }

    /// Instances end without a word, and others come under new names.
    @Test func theStatusOfAHostThatIsGoneGoesAndKeepsNothing() async throws {
        try await withReleases(8) { fixture, releases in
            // A pin is a person's word, and stands in the log. The first release is promoted: it can be pinned.
            _ = try fixture.publisher().operate(.pin(host: "dead", release: releases[0]), message: "")
            try fixture.writeStatus("dead", serving: releases[2])
            try fixture.writeStatus("resting", serving: releases[3])
            try fixture.writeStatus("live", serving: releases[4])
            try fixture.age("dead", by: .seconds(9 * 86_400))
            try fixture.age("resting", by: .seconds(6 * 86_400))
            // Two days on by the collector's clock, which is wrong: by the volume's, "resting" was there 6 days ago.
            let collector = VolumeCollector(try fixture.volume(), keep: 1)
            let plan = try collector.collect(now: later, dryRun: true)
            #expect(plan.removed.first?.path == "apps/shop/hosts/dead")
            #expect(plan.removed.first?.reason == "its host has not reported for 9 days")
            #expect(try fixture.hosts() == ["dead", "live", "resting"])

            let outcome = try collector.collect(now: later, dryRun: false)
            #expect(outcome.removed == plan.removed)
            #expect(try fixture.hosts() == ["live", "resting"])
            let kept = try releases.map { try has($0, fixture) }
            #expect(kept == [true, false, false, true, true, false, false, true])
            var follower = fixture.follower()
            let head = try #require(follower.look(in: fixture.fileSystem, now: fixture.now).accepted)
            #expect(head.state.pins["dead"]?.release == releases[0])

            // It comes back.
            try fixture.writeStatus("dead", serving: releases[4])
            #expect(try collector.collect(now: later, dryRun: false).removed.isEmpty)
            #expect(try fixture.hosts() == ["dead", "live", "resting"])
        }
    }

    @Test func aWrongClockMakesNoLiveHostLookGone() async throws {
        try await withReleases(3) { fixture, releases in
            try fixture.writeStatus("live", serving: releases[1])
            let year = Instant(milliseconds: SystemClock().wallMilliseconds) + .seconds(365 * 86_400)
            _ = try VolumeCollector(fixture.volume(), keep: 1).collect(now: year, dryRun: false)
            #expect(try fixture.hosts() == ["live"])
            #expect(try has(releases[1], fixture))
        }
    }

    @Test func aStatusThatIsDamagedBlocksNothingOnceItsHostIsGone() async throws {
        try await withReleases(2) { fixture, _ in
            let path = fixture.layout.status(fixture.app, "dead")
            try AtomicWrite(fixture.fileSystem, .user).create(path, with: [1, 2, 3], mode: 0o644)
            let collector = VolumeCollector(try fixture.volume(), keep: 1)
            #expect(throws: StoreError.self) { try collector.collect(now: later, dryRun: false) }
            try fixture.age("dead", by: .seconds(8 * 86_400))
            _ = try collector.collect(now: later, dryRun: false)
            #expect(try fixture.hosts() == [])
        }
    }

    /// The host comes back between the look at its status and the deletion: what it serves was not reckoned with.
    @Test func aHostThatReportsAgainMeanwhileStopsTheCollecting() async throws {
        try await withReleases(3) { fixture, releases in
            try fixture.writeStatus("back", serving: releases[1])
            try fixture.age("back", by: .seconds(8 * 86_400))
            let isBack = Mutex(false)
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                // The manifests are read after the statuses.
                guard call.purpose == .blobRead, isBack.withLock({ !$0 }) else { return }
                isBack.withLock { $0 = true }
                try? fixture.writeStatus("back", serving: releases[1])
            })
            let volume = try Volume.open(at: fixture.root, in: files)
            let error = #expect(throws: StoreError.self) {
                try VolumeCollector(volume, keep: 1).collect(now: later, dryRun: false)
            }
            #expect(error?.code == .contended)
            #expect(try fixture.hosts() == ["back"])
            #expect(try has(releases[1], fixture))
        }
    }

    @Test func unfinishedFilesGoWithAge() async throws {
        try await withReleases(1) { fixture, _ in
            let leftover = fixture.layout.temporary.appending(".wasmrollout-0123456789abcdef.tmp")
            try AtomicWrite(fixture.fileSystem, .user).create(leftover, with: [1], mode: 0o644)
            let other = fixture.layout.temporary.appending("notes.txt")
            try AtomicWrite(fixture.fileSystem, .user).create(other, with: [1], mode: 0o644)
            #expect(
                try VolumeCollector(fixture.volume()).collect(now: later, dryRun: false).removed.map(\.path) == [
                    "tmp/.wasmrollout-0123456789abcdef.tmp"
                ])
            #expect(try fixture.fileSystem.status(other, for: .userRead) != nil)
        }
    }

    @Test func aReleaseThatIsCollectedWhileItIsPublishedIsThereAfterwards() async throws {
        try await withReleases(3) { fixture, releases in
            // The first publish of the content was long ago; the collector strikes after the second has looked at the blob,
            // before its record protects it.
            let fixture = fixture
            let victim = releases[1]
            let files = InterceptingFileSystem(
                fixture.fileSystem,
                before: { (call) throws(FileError) in
                    guard call.operation == .link, call.purpose == .recordLink else { return }
                    try LinuxFileSystem().unlink(fixture.layout.blob(victim), for: .blobCollect)
                })
            let outcome = try fixture.publisher(fileSystem: files)
                .publish(fixture.release("2"), channel: fixture.channel, message: "again")
            #expect(outcome.release == victim)
            #expect(try has(victim, fixture))
        }
    }

    @Test func aHostKeepsWhatItNeedsAndTheLastThatProvedThemselves() async throws {
        try await withReleases(7) { fixture, releases in
            let store = try fixture.localStore()
            let materializer = Materializer(from: try fixture.volume(), to: store)
            for release in releases { _ = try materializer.materialize(release) }
            try CurrentLink(store).swap(to: releases[0])
            var record = HostRecord(app: fixture.app)
            record.serving = Target(release: releases[1], decision: 2)
            record.attempt = Attempt(target: Target(release: releases[2], decision: 3), since: fixture.now)
            record.proven = [releases[4], releases[5]]
            let collector = LocalCollector(store)
            #expect(try collector.collect(record, pinned: [releases[3]], keep: 1, dryRun: true).removed.count == 2)
            #expect(try store.releases().count == 7)
            _ = try collector.collect(record, pinned: [releases[3]], keep: 1)
            #expect(try Set(store.releases()) == Set(releases[0...4]))
        }
    }
}

private func eventually(_ condition: () throws -> Bool) throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(20)
    while try !condition() {
        guard clock.now < deadline else { throw Unexpected("it did not happen in time") }
    }
}

extension VolumeFixture {
    /// Who has a status.
    fileprivate func hosts() throws -> [String] {
        try fileSystem.list(layout.hosts(app), limit: 100, for: .statusRead).sorted()
    }

    /// Makes a status one that was written so long ago, as far as a file can: the time of its last change stays.
    fileprivate func age(_ host: HostID, by duration: Duration) throws {
        let then = timespec(tv_sec: Int(SystemClock().wallMilliseconds / 1000 - duration.milliseconds / 1000), tv_nsec: 0)
        let done = layout.status(app, host).withPlatformString { path in
            withUnsafePointer(to: (then, then)) { times in
                times.withMemoryRebound(to: timespec.self, capacity: 2) { utimensat(AT_FDCWD, path, $0, 0) }
            }
        }
        guard done == 0 else { throw Unexpected("the time of \(host)'s status cannot be set") }
    }
}
