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
    /// - Parameters:
    ///   - rewrite: what the entry is rewritten with; the copy must be what it makes of the original.
    ///   - removesExtra: what was not published is removed instead. A stray file must not cost a host its only copy while the
    ///     volume is away. For the store's owner alone.
    package static func verify(
        _ id: Digest, in store: LocalStore, rewrite: EntryRewrite? = nil, removesExtra: Bool = false
    ) throws(StoreError) -> LocalRelease {
        let layout = ReleaseLayout(directory: store.layout.release(id))
        let check = LocalReleaseCheck(
            id: id, layout: layout, fileSystem: store.fileSystem, rewrite: rewrite, removesExtra: removesExtra)
        return try check.run()
    }
}
