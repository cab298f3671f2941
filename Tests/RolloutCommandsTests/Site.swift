import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// A volume with a key and an app that has been published, and a program that knows them.
struct Site {
    let directory: FilePath
    let program: Program

    var volume: FilePath { directory.appending("volume") }
    var key: FilePath { directory.appending("ci.key.json") }
    var policy: FilePath { directory.appending("ci.trust.json") }
    static let first = repository.appending("Examples/hello-wagi/hello-v1.wasm").string
    static let second = repository.appending("Examples/hello-wagi/hello-v2.wasm").string

    init(_ directory: FilePath) async throws {
        self.directory = directory
        self.program = Program(environment: [
            "WASMROLLOUT_VOLUME": directory.appending("volume").string,
            "WASMROLLOUT_KEY": directory.appending("ci.key.json").string,
        ])
        _ = try await program("init", volume.string)
        _ = try await program("keygen", "--name", "ci", "--directory", directory.string)
    }

    /// Publishes one of the examples; returns the release.
    @discardableResult
    func publish(_ source: String = first, as version: String, _ more: String...) async throws -> Digest {
        let ran = try await program.run(["publish", source, "--app", "hello", "--version-label", version, "--json"] + more)
        guard let text = try ran.json["release"] as? String, let release = Digest(text) else {
            throw Unpublished(error: ran.error)
        }
        return release
    }

    struct Unpublished: Error { var error: String }

    /// Writes a status as a host would.
    func report(
        _ host: HostID, serving: Digest?, decision: UInt64 = 1, refused: [Refusal] = [], age: Duration = .zero,
        checksSignatures: Bool = true, health: HostStatus.Health = .ready, note: String = "",
        blocked: TrustRefusal? = nil
    ) throws {
        let updated = Instant(milliseconds: SystemClock().wallMilliseconds - age.milliseconds)
        var status = HostStatus(
            host: host, app: "hello", channel: "stable", kind: "instance", health: health, checksSignatures: checksSignatures,
            agentVersion: "test", updated: updated)
        status.serving = serving.map { Target(release: $0, decision: decision) }
        status.servingSince = updated
        status.refused = refused
        status.acceptedSequence = decision
        status.volumeSeen = updated
        status.note = note
        status.blocked = blocked.map { BlockedRecord($0) }
        try StatusFile(path: VolumeLayout(root: volume).status("hello", host)).write(status, in: LinuxFileSystem())
    }
}
