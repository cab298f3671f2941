import RolloutCore
import RolloutSystem
import SystemPackage

/// A release as it stands in the local store. One exists only for what was checked whole.
package struct LocalRelease: Hashable, Sendable {
    package let id: Digest
    package let manifest: ReleaseManifest
    package let layout: ReleaseLayout
    /// The Spin manifest to start from: the rewritten copy where there is one.
    package let entry: RelativePath

    package var directory: FilePath { layout.directory }

    /// Reads every byte of a release in the local store and compares it with the manifest, and the manifest with the id.
    ///
    /// Throws `.missing` when it is not there, `.corrupt` when anything in it is not as it should be: a file that is missing,
    /// different, not regular, or extra.
    /// - Parameter rewrite: what the entry is rewritten with; the copy must be what it makes of the original.
    package static func verify(
        _ id: Digest, in store: LocalStore, rewrite: EntryRewrite? = nil
    ) throws(StoreError) -> LocalRelease {
        let layout = ReleaseLayout(directory: store.layout.release(id))
        let check = LocalReleaseCheck(id: id, layout: layout, fileSystem: store.fileSystem, rewrite: rewrite)
        return try check.run()
    }
}
