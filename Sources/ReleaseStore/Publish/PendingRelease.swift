import RolloutCore

/// A release that is to be published: its manifest, and where the bytes of its files come from.
package struct PendingRelease {
    package var manifest: ReleaseManifest
    /// Opens the content of one of the manifest's files. Called once or twice per file, one at a time.
    package var content: (ReleaseFile) throws(ContentError) -> any ContentReader

    package init(manifest: ReleaseManifest, content: @escaping (ReleaseFile) throws(ContentError) -> any ContentReader) {
        self.manifest = manifest
        self.content = content
    }
}
