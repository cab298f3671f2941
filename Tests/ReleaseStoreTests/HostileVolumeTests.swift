import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Whatever stands on a volume: nothing traps, hangs, follows a link, or is taken for something it is not.
@Suite struct HostileVolumeTests {
    /// What an attacker may put in the place of a file.
    enum Trick: CaseIterable, CustomTestStringConvertible {
        case absent, empty, garbage, truncated, huge, deepNesting, link, linkToItself, directory, fifo
        var testDescription: String { "\(self)" }

        func play(on path: FilePath) throws {
            let files = LinuxFileSystem()
            let original = (try? files.readAll(path, limit: 1 << 20, for: .userRead)) ?? []
            try files.removeTree(path, for: .userWrite)
            func put(_ bytes: [UInt8]) throws { try AtomicWrite(files, .user).create(path, with: bytes, mode: 0o644) }
            switch self {
            case .absent: break
            case .empty: try put([])
            case .garbage: try put((0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 197) })
            case .truncated: try put(Array(original.dropLast(original.count / 2 + 1)))
            case .huge:
                // A sparse file of 8 GiB: reading it whole would be noticed.
                try put(original)
                _ = path.withPlatformString { truncate($0, 8 << 30) }
            case .deepNesting: try put([UInt8](repeating: 0x5B, count: 500_000))
            case .link: try files.createSymbolicLink(at: path, to: "/etc/passwd", for: .userWrite)
            case .linkToItself: try files.createSymbolicLink(at: path, to: path, for: .userWrite)
            case .directory: try files.createDirectory(path, mode: 0o755, for: .userWrite)
            case .fifo: _ = path.withPlatformString { mkfifo($0, 0o644) }
            }
        }
    }

    @Test(arguments: Trick.allCases) func noFileCanBeMadeToTrapOrBeTakenForAnother(_ trick: Trick) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let outcome = try fixture.publish("1.0")
            try fixture.writeStatus()
            let file = try #require(fixture.release("1.0").manifest.files.first)
            let targets = [
                fixture.layout.description, fixture.layout.record(fixture.app, 1), fixture.layout.head(fixture.app),
                fixture.layout.status(fixture.app, "a"), fixture.layout.blob(outcome.release), fixture.layout.blob(file.digest),
            ]
            for target in targets {
                let aside = directory.appending("aside")
                try fixture.fileSystem.rename(target, to: aside, for: .userWrite)
                try trick.play(on: target)
                try look(at: fixture, outcome.release, after: trick, on: target)
                try fixture.fileSystem.removeTree(target, for: .userWrite)
                try fixture.fileSystem.rename(aside, to: target, for: .userWrite)
            }
            var follower = fixture.follower()
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 1)
        }
    }

    private func look(at fixture: VolumeFixture, _ release: Digest, after trick: Trick, on target: FilePath) throws {
        var follower = fixture.follower()
        let look = follower.look(in: fixture.fileSystem, now: fixture.now)
        let isLog = target == fixture.layout.record(fixture.app, 1)
        if isLog || target == fixture.layout.description { #expect(look.accepted == nil) }
        var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
        _ = try? poll.poll(in: fixture.fileSystem)
        poll.close(in: fixture.fileSystem)
        guard let volume = try? fixture.volume() else {
            #expect(target == fixture.layout.description)
            return
        }
        let store = try fixture.localStore()
        try fixture.fileSystem.removeTree(store.layout.release(release), for: .userWrite)
        let made = Result { try Materializer(from: volume, to: store).materialize(release) }
        let isBlob = target.string.contains("/blobs/")
        #expect((try? made.get()) == nil || !isBlob)
        #expect(try store.fileSystem.list(store.layout.releases, limit: 10, for: .userRead).count == (isBlob ? 0 : 1))
        let report = try VolumeVerifier(volume, policy: fixture.policy).verify(now: fixture.now)
        let isSilent = trick == .absent && target == fixture.layout.status(fixture.app, "a")
        // The log's only record missing with its beacon and blobs there is not an error, but it is something.
        #expect(isSilent || !report.findings.isEmpty)
        if isBlob { #expect(!report.isGood) }
        _ = try? VolumeCollector(volume).collect(now: fixture.now, dryRun: true)
    }

    @Test(arguments: ["apps", "apps/shop", "apps/shop/log", "apps/shop/hosts", "blobs", "blobs/sha256", "tmp"])
    func noDirectoryOfTheVolumeMayBeALink(_ name: String) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try fixture.writeStatus()
            let path = name.split(separator: "/").reduce(fixture.root) { $0.appending(String($1)) }
            let elsewhere = directory.appending("elsewhere")
            try fixture.fileSystem.rename(path, to: elsewhere, for: .userWrite)
            try fixture.fileSystem.createSymbolicLink(at: path, to: elsewhere, for: .userWrite)
            let report = Result { try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now) }
            #expect((try? report.get().findings.isEmpty) != true)
            guard name != "tmp" else { return }
            if name.hasSuffix("hosts") {
                #expect(throws: StoreError.self) { try fixture.writeStatus() }
            } else if name.hasPrefix("blobs") {
                #expect(throws: StoreError.self) { try fixture.publish("2.0") }
            } else {
                var follower = fixture.follower()
                let look = follower.look(in: fixture.fileSystem, now: fixture.now)
                #expect(look.failure != nil && look.accepted == nil)
            }
        }
    }

    @Test func aManifestWhosePathsLeaveTheReleaseIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let good = String(decoding: try CanonicalJSON.encode(fixture.release("1.0").manifest), as: UTF8.self)
            for path in [
                "../evil", "/etc/evil", "a/../../evil", ".wasmrollout/manifest", "a\\\\b", "", "a//b", "./a", "a\\u0000b",
            ] {
                let bytes = Array(good.replacing(#""path":"app.wasm""#, with: #""path":"\#(path)""#).utf8)
                let release = Digest(of: bytes)
                let shard = fixture.layout.blobShard(release)
                try fixture.fileSystem.createDirectories(shard, mode: 0o755, for: .userWrite)
                try AtomicWrite(fixture.fileSystem, .user).create(fixture.layout.blob(release), with: bytes, mode: 0o444)
                let store = try fixture.localStore()
                let error = #expect(throws: StoreError.self) {
                    try Materializer(from: fixture.volume(), to: store).materialize(release)
                }
                #expect(error?.code == .corrupt)
                #expect(try store.fileSystem.list(store.layout.releases, limit: 10, for: .userRead) == [])
            }
        }
    }

    @Test func whatIsSoundButOfAnotherReleaseIsNotTaken() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let (one, two) = (try fixture.publish("1.0").release, try fixture.publish("2.0").release)
            let (file, other) = try (wasm("1.0", fixture), wasm("2.0", fixture))
            // Nothing but the digest tells them apart.
            #expect(file.size == other.size)
            for (target, stranger) in [(one, two), (file.digest, other.digest)] {
                let path = fixture.layout.blob(target)
                let content = try fixture.fileSystem.readAll(path, limit: 1 << 20, for: .userRead)
                let foreign = try fixture.fileSystem.readAll(fixture.layout.blob(stranger), limit: 1 << 20, for: .userRead)
                let write = AtomicWrite(fixture.fileSystem, .user)
                try write.replace(path, with: foreign, mode: 0o444)
                let store = try fixture.localStore()
                let error = #expect(throws: StoreError.self) {
                    try Materializer(from: fixture.volume(), to: store).materialize(one)
                }
                #expect(error?.code == .wrongContent(target))
                #expect(try store.releases().isEmpty)
                try write.replace(path, with: content, mode: 0o444)
            }
        }
    }

    private func wasm(_ version: String, _ fixture: VolumeFixture) throws -> ReleaseFile {
        try #require(fixture.release(version).manifest.files.first { $0.path.description == "app.wasm" })
    }

    @Test func foreignNamesAreReportedAndChangeNothing() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let strays = [
                "stray", "apps/Not An App", "apps/shop/stray", "apps/shop/log/1.json", "apps/shop/log/0000000000000000.json",
                "apps/shop/log/99999999999999999999.json", "blobs/sha256/zz", "blobs/sha256/00", "apps/shop/hosts/nobody",
            ]
            for stray in strays {
                let path = stray.split(separator: "/").reduce(fixture.root) { $0.appending(String($1)) }
                if stray.hasSuffix("zz") || stray.hasSuffix("00") {
                    try fixture.fileSystem.createDirectories(path, mode: 0o755, for: .userWrite)
                    try AtomicWrite(fixture.fileSystem, .user).create(path.appending("stray"), with: [1], mode: 0o644)
                } else {
                    try AtomicWrite(fixture.fileSystem, .user).create(path, with: [1], mode: 0o644)
                }
            }
            var follower = fixture.follower()
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).isCurrent)
            let report = try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now)
            #expect(report.findings.count == strays.count)
            #expect(report.isGood)
        }
    }
}

extension VolumeFixture {
    func status(_ host: HostID, serving: Digest? = nil) -> HostStatus {
        var status = HostStatus(
            host: host, app: app, channel: channel, kind: "instance", health: .ready, checksSignatures: true,
            agentVersion: "1.0",
            updated: now)
        status.serving = serving.map { Target(release: $0, decision: 1) }
        return status
    }

    func writeStatus(_ host: HostID = "a", serving: Digest? = nil) throws(StoreError) {
        try StatusFile(path: layout.status(app, host)).write(status(host, serving: serving), in: fileSystem)
    }
}
