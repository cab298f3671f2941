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

/// What a host makes of a release's Spin manifest before it starts it: a pure function of the bytes and the release, so that the copy
/// can be checked by making it again.
package struct EntryRewrite: Sendable {
    package var apply: @Sendable (_ original: [UInt8], _ manifest: ReleaseManifest, _ id: Digest) throws(ContentError) -> [UInt8]

    package init(
        _ apply: @escaping @Sendable (_ original: [UInt8], _ manifest: ReleaseManifest, _ id: Digest) throws(ContentError) -> [UInt8]
    ) {
        self.apply = apply
    }

    /// Bytes of an entry, at most.
    static let byteLimit = 4 << 20
}
