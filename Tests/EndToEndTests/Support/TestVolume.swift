import FoundationEssentials
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

/// A volume with a key, made and written by the real program.
struct TestVolume: Sendable {
    /// The directory with everything of one test in it.
    let home: FilePath
    var path: FilePath
    var app: String = "hello"

    var key: FilePath { home.appending("release.key.json") }
    var trust: FilePath { home.appending("release.trust.json") }

    struct Published: Decodable, Sendable {
        var release: Digest
        var sequence: UInt64
    }

    /// Makes volume, key and trust policy in `home`.
    static func make(in home: FilePath) async throws -> TestVolume {
        let volume = TestVolume(home: home, path: home.appending("volume"))
        try LinuxFileSystem().createDirectory(volume.path, mode: 0o755, for: .userWrite)
        try await Program.succeed(["init", volume.path.string], home: home)
        try await Program.succeed(["keygen", "--directory", home.string], home: home)
        return volume
    }

    /// Publishes what the Spin stand-in runs.
    @discardableResult
    func publish(_ behavior: StandInBehavior, label: String) async throws -> Published {
        try await publish(source: artifact(behavior, label: label), label: label)
    }

    @discardableResult
    func publish(source: FilePath, label: String) async throws -> Published {
        let output = try await Program.succeed(publishArguments(source: source, label: label), home: home)
        return try JSONDecoder().decode(Published.self, from: Data(output.utf8))
    }

    /// The command line that publishes `source`.
    func publishArguments(source: FilePath, label: String, signing: [String]? = nil) -> [String] {
        ["publish", source.string, "--app", app, "--volume", path.string, "--version-label", label, "--json"]
            + (signing ?? ["--key", key.string, "--trust", trust.string])
    }

    /// Writes an artifact for the stand-in.
    func artifact(_ behavior: StandInBehavior, label: String) throws -> FilePath {
        let path = home.appending("\(label).wasm")
        let bytes = StandInArtifact.wasm(behavior)
        try LinuxFileSystem().write(bytes, to: path, mode: 0o644)
        return path
    }

    @discardableResult
    func rollBack() async throws -> String { try await Program.succeed(rollbackArguments, home: home) }

    var rollbackArguments: [String] {
        ["rollback", "--app", app, "--volume", path.string, "--key", key.string, "--trust", trust.string, "--json"]
    }

    /// The newest record, read without the program.
    func newest() throws -> Record {
        let volume = try Volume.open(at: path, in: LinuxFileSystem())
        guard let app = AppName(app), let entry = try ReleaseLog(volume: volume, app: app, policy: nil).newest() else {
            throw Program.Failure(description: "the log of \(app) is empty")
        }
        return entry.record
    }

    /// Puts a blob that no release needs on the volume, and an unfinished file beside it.
    func leaveBehind(_ bytes: [UInt8]) throws {
        let files = LinuxFileSystem()
        let layout = VolumeLayout(root: path)
        let digest = Digest(of: bytes)
        try files.createDirectories(layout.blobShard(digest), mode: 0o775, for: .userWrite)
        try files.write(bytes, to: layout.blob(digest), mode: 0o444)
        try files.write(bytes, to: layout.temporary.appending(".wasmrollout-\(digest.hex.prefix(16)).tmp"), mode: 0o600)
    }

    /// What `why` says of a host.
    func why(_ host: String) async throws -> String {
        try await Program.succeed(["why", host, "--app", app, "--volume", path.string], home: home)
    }

    /// `verify` of the whole volume.
    func verify() async throws -> Program.Outcome {
        try await Program.run(["verify", "--volume", path.string, "--trust", trust.string], home: home)
    }
}

extension LinuxFileSystem {
    /// Replaces a file of a test.
    func write(_ bytes: [UInt8], to path: FilePath, mode: UInt16) throws {
        if try status(path, for: .userWrite) != nil { try unlink(path, for: .userWrite) }
        let file = try createFile(path, mode: mode, for: .userWrite)
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            done += try bytes[done...].withUnsafeBytes { buffer in
                try write(file, from: buffer, at: UInt64(done), for: .userWrite)
            }
        }
    }
}
