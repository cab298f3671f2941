import RolloutCore

/// Something that can run releases: one value per app and configuration, as many backends as are started.
package protocol Runtime: Sendable {
    var kind: RuntimeKind { get }

    /// `nil` when this runtime can run the release, else why not, in words for status and `why`. Judges the manifest alone: no
    /// file is read, and an engine that is missing shows when a backend is started.
    func refusal(of manifest: ReleaseManifest) -> String?

    /// Starts a backend from a materialized release. Returns once the process runs; readiness is separate.
    ///
    /// Throws `.unavailable` when the host lacks what the runtime needs, `.cannotStart` when the process could not be made.
    /// Nothing runs after a throw.
    func start(_ launch: BackendLaunch) async throws(RuntimeError) -> any RunningBackend
}
