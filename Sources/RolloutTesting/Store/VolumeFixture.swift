import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// A volume of one test's own, with a key that its policy trusts for everything.
package struct VolumeFixture: Sendable {
    package let directory: FilePath
    package let fileSystem: any FileSystem
    package let clock: FakeClock
    package let key: SigningKey
    package let policy: TrustPolicy
    package let app: AppName
    package let channel: ChannelName = "stable"

    package static let volumeID = VolumeID("6a1c5a80-0c4e-4b59-9d3e-2f8c8d1f7a10")

    /// Makes a volume in `directory`/volume; the host's local store is `directory`/store.
    package init(
        in directory: FilePath, app: AppName = "shop", fileSystem: any FileSystem = LinuxFileSystem(), keySeed: UInt8 = 1
    ) throws {
        self.directory = directory
        self.app = app
        self.fileSystem = fileSystem
        self.clock = FakeClock()
        self.key = Self.key(keySeed)
        self.policy = TrustPolicy(keys: [
            TrustedKey(publicKey: key.publicKey, name: key.name, roles: Set(TrustRole.allCases))
        ])
        _ = try Volume.initialize(at: root, id: Self.volumeID ?? .random(), in: fileSystem)
    }

    /// The same key for the same seed.
    package static func key(_ seed: UInt8) -> SigningKey {
        guard let key = SigningKey(name: "key \(seed)", seed: [UInt8](repeating: seed, count: 32)) else {
            preconditionFailure("any 32 bytes are a key")
        }
        return key
    }

    package var root: FilePath { directory.appending("volume") }
    package var layout: VolumeLayout { VolumeLayout(root: root) }
    package var localLayout: LocalLayout { LocalLayout(store: directory.appending("store"), app: app) }
    package var now: Instant { Instant(milliseconds: clock.wallMilliseconds) }

    package func volume() throws(StoreError) -> Volume { try Volume.open(at: root, in: fileSystem) }

    package func localStore() throws(StoreError) -> LocalStore { try LocalStore.open(localLayout, in: fileSystem) }

    package func publisher(
        keys: [SigningKey]? = nil, policy: TrustPolicy?? = .none, who: String = "tester", fileSystem: (any FileSystem)? = nil
    ) -> Publisher {
        Publisher(
            root: root, app: app, policy: policy ?? self.policy, keys: keys ?? [key], who: who, clock: clock,
            in: fileSystem ?? self.fileSystem)
    }

    package func follower(
        resuming accepted: AcceptedHead? = nil, policy: TrustPolicy?? = .none
    ) -> LogFollower {
        LogFollower(root: root, app: app, policy: policy ?? self.policy, resuming: accepted)
    }

    /// A release of a Spin manifest and one file, told apart by `version`.
    package func release(_ version: String, wasm: [UInt8]? = nil, extra: [String: [UInt8]] = [:]) -> PendingRelease {
        var contents: [String: [UInt8]] = [
            "spin.toml": Array("spin_manifest_version = 2\n# \(version)\n".utf8),
            "app.wasm": wasm ?? Array("\0asm \(version)".utf8),
        ]
        contents.merge(extra) { $1 }
        var files: [ReleaseFile] = []
        for (path, bytes) in contents {
            guard let path = RelativePath(path) else { preconditionFailure("'\(path)' is no path in a release") }
            files.append(ReleaseFile(path: path, digest: Digest(of: bytes), size: UInt64(bytes.count)))
        }
        guard let entry = RelativePath("spin.toml"), let source = RelativePath("app.wasm") else {
            preconditionFailure("plain names are paths")
        }
        let manifest = ReleaseManifest(
            app: app, version: version, entry: entry, files: files,
            components: [
                ComponentFacts(
                    id: "app", source: source, kind: .module, needs: .wagi, route: "/...", imports: [], exports: ["_start"],
                    producers: [])
            ], capabilities: Capabilities())
        let all = contents
        return PendingRelease(manifest: manifest) { (file) throws(ContentError) in
            guard let bytes = all[file.path.description] else { throw ContentError("there is no such file") }
            return MemoryContent(bytes)
        }
    }

    @discardableResult
    package func publish(_ version: String, waves: [WaveSize] = [.everyone]) throws(StoreError) -> PublishOutcome {
        try publisher().publish(
            release(version), channel: channel, plan: .exact(RolloutPlan(sizes: waves)), message: "release \(version)")
    }
}
