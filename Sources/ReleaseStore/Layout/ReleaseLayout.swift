import RolloutCore
import SystemPackage

/// Every path inside a materialized release: the release's files where its manifest says, and beside them what the host adds
/// under a reserved name.
///
///     <release>/<path>                         the release's files, mode 0444
///     <release>/.wasmrollout/manifest          the manifest's bytes; their digest is the release's id
///     <release>/<dir>/.wasmrollout.<entry>     the entry rewritten for this host, beside the entry so that relative
///                                              paths in it mean the same; absent when nothing was rewritten
package struct ReleaseLayout: Hashable, Sendable {
    package let directory: FilePath

    package init(directory: FilePath) { self.directory = directory }

    package static let reserved = ".wasmrollout"

    package var reserved: FilePath { directory.appending(Self.reserved) }
    package var manifest: FilePath { reserved.appending("manifest") }
    package func file(_ path: RelativePath) -> FilePath {
        path.components.reduce(directory) { $0.appending($1) }
    }

    /// Where the rewritten copy of `entry` stands inside the release.
    package static func rewritten(_ entry: RelativePath) -> RelativePath? {
        var parts = entry.components
        guard let name = parts.popLast() else { return nil }
        return RelativePath((parts + ["\(reserved).\(name)"]).joined(separator: "/"))
    }

    /// The first path of a manifest that would collide with what the host adds; `nil` when there is none.
    package static func collision(in manifest: ReleaseManifest) -> RelativePath? {
        manifest.files.lazy.map(\.path).first { path in path.components.contains { $0.utf8.starts(with: reserved.utf8) } }
    }
}
