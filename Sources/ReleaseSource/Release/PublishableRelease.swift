import RolloutCore

/// Everything a publisher needs: what the release is, and where each of its files can be read. Nothing has been copied yet.
///
/// The publisher opens each file's content, copies and hashes it, and refuses the release when the size or a digest that is
/// known differs: then the source was changed in between.
package struct PublishableRelease: Sendable {
    /// The Spin manifest among `files`.
    package var entry: RelativePath
    /// The application's version, or else the beginning of the digest of its artifacts.
    package var version: String
    /// Sorted by path.
    package var files: [PublishableFile]
    package var components: [ComponentFacts]
    package var capabilities: Capabilities
    /// What a person should know although it can be published; whole sentences.
    package var warnings: [String]
    package var annotations: [String: String]

    /// Bytes of all files together.
    package var totalBytes: UInt64 { files.reduce(0) { $0 &+ $1.content.size } }

    /// The manifest, once the publisher has hashed the files; `nil` when a digest is missing.
    package func manifest(app: AppName, digests: [RelativePath: Digest]) -> ReleaseManifest? {
        var released: [ReleaseFile] = []
        for file in files {
            guard let digest = digests[file.path] else { return nil }
            released.append(ReleaseFile(path: file.path, digest: digest, size: file.content.size))
        }
        return ReleaseManifest(
            app: app, version: version, entry: entry, files: released, components: components, capabilities: capabilities,
            annotations: annotations)
    }
}

/// One file of a release to be.
package struct PublishableFile: Sendable {
    package var path: RelativePath
    package var content: any Content
}
