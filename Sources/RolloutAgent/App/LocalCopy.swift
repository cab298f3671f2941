import RolloutCore
import SystemPackage

/// A verified copy of a release on the host's own disk.
struct LocalCopy: Hashable, Sendable {
    var release: Digest
    var manifest: ReleaseManifest
    /// Absolute; never the volume, never through `current`.
    var directory: FilePath
    /// The Spin manifest to start from.
    var entry: RelativePath
    /// Whether `entry` is the host's rewritten one, which carries the release's id as its version.
    var isRewritten: Bool
}
