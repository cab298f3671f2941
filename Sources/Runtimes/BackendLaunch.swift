import RolloutCore
import SystemPackage

/// Everything a runtime needs to know to start one backend.
package struct BackendLaunch: Sendable {
    package var id: BackendID
    package var manifest: ReleaseManifest
    /// Absolute and host-local; holds the release's files. Never the volume, never a path through `current`: Spin reads the
    /// manifest and the artifact at different moments, and a link flipped in between would mix two releases.
    package var directory: FilePath
    /// The Spin manifest to start from, inside `directory`. Usually the manifest's `entry`, or its rewritten copy.
    package var entry: RelativePath
    /// Private to this generation: state, logs, temporary files. Made by `start` when it is missing, removed by `stop`.
    package var scratch: FilePath
    /// The release's variables, by lower_snake name.
    package var variables: [String: String]
    /// Environment of the guest, for all components.
    package var environment: [String: String]
    /// Put into the process's environment so that a later agent can find what an earlier one left behind.
    package var token: String
    /// The address to listen on; the port is the runtime's to choose.
    package var listenHost: String
    /// What `/.well-known/spin/info` must report as version; `nil` does not compare. Set when the Spin manifest was rewritten.
    package var expectedVersion: String?
    /// Told of each request that got no answer of the guest's own, where the runtime knows. From any thread, however often it happens.
    package var noteFailure: @Sendable (FailedRequest) -> Void = { _ in }

    package init(
        id: BackendID, manifest: ReleaseManifest, directory: FilePath, entry: RelativePath? = nil, scratch: FilePath,
        variables: [String: String] = [:], environment: [String: String] = [:], token: String, listenHost: String = "127.0.0.1",
        expectedVersion: String? = nil
    ) {
        self.id = id
        self.manifest = manifest
        self.directory = directory
        self.entry = entry ?? manifest.entry
        self.scratch = scratch
        self.variables = variables
        self.environment = environment
        self.token = token
        self.listenHost = listenHost
        self.expectedVersion = expectedVersion
    }

    /// Absolute path of the Spin manifest.
    package var entryPath: FilePath { directory.appending(entry.description) }
}
