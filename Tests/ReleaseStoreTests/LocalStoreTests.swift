import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct LocalStoreTests {
    private let stamp = EntryRewrite { (original, _, id) throws(ContentError) in original + Array("# \(id.short)\n".utf8) }

    private func withRelease(
        extra: [String: [UInt8]] = [:], _ body: (VolumeFixture, Digest, LocalStore, Materializer) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let outcome = try fixture.publisher()
                .publish(fixture.release("1.0", extra: extra), channel: fixture.channel, message: "")
            let store = try fixture.localStore()
            try body(fixture, outcome.release, store, try Materializer(from: fixture.volume(), to: store, rewrite: stamp))
        }
    }

    @Test func theEntryIsRewrittenBesideTheOriginal() async throws {
        try await withRelease(extra: ["static/deep/a.txt": [1, 2, 3], "static/b.txt": []]) {
            fixture, release, store, materializer in
            let local = try materializer.materialize(release)
            #expect(local.entry.description == ".wasmrollout.spin.toml")
            let files = fixture.fileSystem
            let rewritten = try files.readAll(local.layout.file(local.entry), limit: 1000, for: .userRead)
            #expect(String(decoding: rewritten, as: UTF8.self).hasSuffix("# \(release.short)\n"))
            #expect(
                try files.readAll(
                    local.directory.appending("static").appending("deep").appending("a.txt"), limit: 9, for: .userRead) == [
                        1, 2, 3,
                    ])
            #expect(try LocalRelease.verify(release, in: store, rewrite: stamp) == local)
            // Whoever expects no rewritten copy, or another one, does not take this one.
            #expect(throws: StoreError.self) { try LocalRelease.verify(release, in: store) }
            let other = EntryRewrite { (original, _, _) throws(ContentError) in original }
            #expect(throws: StoreError.self) { try LocalRelease.verify(release, in: store, rewrite: other) }
        }
    }

    @Test(arguments: ["change", "truncate", "remove", "add", "link", "manifest", "rewritten", "extraDirectory"])
    func aDamagedCopyIsNoticedAndMadeAgain(_ damage: String) async throws {
        try await withRelease(extra: ["static/a.txt": [1, 2, 3]]) { fixture, release, store, materializer in
            let local = try materializer.materialize(release)
            let files = fixture.fileSystem
            let victim = local.directory.appending("static").appending("a.txt")
            func put(_ path: FilePath, _ bytes: [UInt8]) throws {
                try files.removeTree(path, for: .userWrite)
                try AtomicWrite(files, .user).create(path, with: bytes, mode: 0o644)
            }
            switch damage {
            case "change": try put(victim, [1, 2, 4])
            case "truncate": try put(victim, [1, 2])
            case "remove": try files.unlink(victim, for: .userWrite)
            case "add": try put(local.directory.appending("static").appending("evil.txt"), [1])
            case "link":
                try put(fixture.directory.appending("same"), [1, 2, 3])
                try files.unlink(victim, for: .userWrite)
                try files.createSymbolicLink(at: victim, to: fixture.directory.appending("same"), for: .userWrite)
            case "manifest": try put(local.layout.manifest, [1])
            case "rewritten": try put(local.layout.file(local.entry), [1])
            default: try files.createDirectory(local.directory.appending("more"), mode: 0o755, for: .userWrite)
            }
            try CurrentLink(store).swap(to: release)
            let error = #expect(throws: StoreError.self) { try LocalRelease.verify(release, in: store, rewrite: stamp) }
            #expect(error?.code == .corrupt)
            #expect(try !LocalVerifier(store.layout, rewrite: stamp, in: files).verify().isGood)
            #expect(try materializer.materialize(release) == local)
            #expect(try LocalVerifier(store.layout, rewrite: stamp, in: files).verify().isGood)
            try store.sweep()
            #expect(try files.list(store.layout.releases, limit: 10, for: .userRead) == [release.hex])
        }
    }

    @Test func aWholeCopyOfAnotherReleaseIsNotTakenForThisOne() async throws {
        try await withRelease { fixture, release, store, _ in
            let other = try fixture.publish("2.0").release
            let materializer = try Materializer(from: fixture.volume(), to: store)
            let place = try materializer.materialize(release).directory
            try fixture.fileSystem.removeTree(place, for: .userWrite)
            try fixture.fileSystem.rename(materializer.materialize(other).directory, to: place, for: .userWrite)
            let error = #expect(throws: StoreError.self) { try LocalRelease.verify(release, in: store) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func aWholeCopyIsUsedWhenTheVolumeIsGone() async throws {
        try await withRelease { fixture, release, _, materializer in
            let local = try materializer.materialize(release)
            try fixture.fileSystem.removeTree(fixture.layout.blobs, for: .userWrite)
            #expect(try materializer.materialize(release) == local)
        }
    }

    @Test func tooLittleSpaceIsNoticedBeforeAnythingIsWritten() async throws {
        try await withRelease { fixture, release, store, _ in
            let full = InterceptingFileSystem(freeBytes: 4096)
            let materializer = Materializer(
                from: try fixture.volume(), to: try LocalStore.open(store.layout, in: full), rewrite: stamp)
            let error = #expect(throws: StoreError.self) { try materializer.materialize(release) }
            #expect(error?.code == .noSpace)
            #expect(try fixture.fileSystem.list(store.layout.releases, limit: 10, for: .userRead) == [])
        }
    }

    @Test func twoAgentsCannotRunOneStore() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let lock = try StoreLock.take(fixture.localLayout, in: fixture.fileSystem)
            let error = #expect(throws: StoreError.self) { try StoreLock.take(fixture.localLayout, in: fixture.fileSystem) }
            #expect(error?.code == .locked)
            lock.release(in: fixture.fileSystem)
            try StoreLock.take(fixture.localLayout, in: fixture.fileSystem).release(in: fixture.fileSystem)
        }
    }

    @Test func leftoversOfAKilledAgentDoNotDisturb() async throws {
        try await withRelease { fixture, release, store, materializer in
            let files = fixture.fileSystem
            let leftover = store.layout.root.appending(".wasmrollout-0123456789abcdef.tmp")
            try files.createSymbolicLink(at: leftover, to: "releases/nothing", for: .userWrite)
            try files.createDirectories(
                store.layout.unfinished(release, unique: "0").appending("x"), mode: 0o755, for: .userWrite)
            try CurrentLink(store).swap(to: materializer.materialize(release).id)
            try store.sweep()
            #expect(try CurrentLink(store).read() == release)
            #expect(try files.list(store.layout.releases, limit: 10, for: .userRead) == [release.hex])
            #expect(try files.status(leftover, for: .userRead) == nil)
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"format":2}"#, #"{"format":1}"#, "\0\0\0\0"])
    func aHostRecordThatCannotBeReadIsSetAside(_ text: String) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let store = try fixture.localStore()
            let file = HostRecordFile(store)
            guard case .absent = try file.load() else { throw Unexpected("there is a record") }
            try AtomicWrite(fixture.fileSystem, .user).create(store.layout.record, with: Array(text.utf8), mode: 0o600)
            guard case .setAside(let warning) = try file.load() else { throw Unexpected("it was taken") }
            #expect(warning.contains(store.layout.record.string))
            guard case .absent = try file.load() else { throw Unexpected("it is still there") }
            #expect(
                try fixture.fileSystem.list(store.layout.root, limit: 10, for: .userRead).contains {
                    $0.hasPrefix("record.json.damaged.")
                })
            var record = HostRecord(app: fixture.app)
            record.serving = Target(release: Digest(of: [1]), decision: 4)
            try file.save(record)
            guard case .record(record) = try file.load() else { throw Unexpected("it was not read back") }
        }
    }

    @Test func theRecordOfAnotherAppIsSetAside() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let store = try fixture.localStore()
            let file = HostRecordFile(store)
            try file.save(HostRecord(app: "bank"))
            #expect(throws: StoreError.self) { try file.read() }
            guard case .setAside(let warning) = try file.load() else { throw Unexpected("it was taken") }
            #expect(warning.contains("'bank'"))
        }
    }

    /// Somebody else swaps, too: what is believed must be what is there.
    @Test func aSwapThatSomebodyElseUndidIsNotTakenForDone() async throws {
        try await withRelease { fixture, release, store, materializer in
            _ = try materializer.materialize(release)
            let other = LocalLayout.currentTarget(Digest(of: [1]))
            let files = InterceptingFileSystem(after: { (call) throws(FileError) in
                guard call.operation == .rename, call.purpose == .currentSwap else { return }
                try AtomicWrite(LinuxFileSystem(), .user).replaceSymbolicLink(call.path, to: other)
            })
            let error = #expect(throws: StoreError.self) {
                try CurrentLink(LocalStore.open(store.layout, in: files)).swap(to: release)
            }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func whatIsNotTheAgentsLinkIsNotFollowed() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let store = try fixture.localStore()
            for target in ["/etc", "releases/../..", "releases/xyz", "elsewhere"] {
                try fixture.fileSystem.createSymbolicLink(at: store.layout.current, to: FilePath(target), for: .userWrite)
                #expect(throws: StoreError.self) { try CurrentLink(store).read() }
                try fixture.fileSystem.unlink(store.layout.current, for: .userWrite)
            }
        }
    }
}
