import RolloutCore
import RolloutSystem
import SystemPackage

/// Makes verified local copies of releases. Each blob is read once from the volume, and hashed as it is copied, so nobody
/// can change it between the check and the use; nothing is ever executed from the volume.
package struct Materializer: Sendable {
    package let blobs: BlobStore
    package let store: LocalStore
    let rewrite: EntryRewrite?

    /// Left free on the local disk, beyond the release itself: others write there too.
    static let spareBytes: UInt64 = 16 << 20

    package init(from volume: Volume, to store: LocalStore, rewrite: EntryRewrite? = nil) {
        self.blobs = BlobStore(volume)
        self.store = store
        self.rewrite = rewrite
    }

    private var fileSystem: any FileSystem { store.fileSystem }

    /// A whole, verified, durable copy of a release. One that is there already is read and compared, every byte; a damaged
    /// one is replaced.
    ///
    /// Throws `.wrongContent` when the volume's bytes are not the digest's (perhaps a stale NFS read: worth another try for
    /// a minute), `.missing`, `.corrupt`, `.noSpace`, `.unavailable`. Whatever it throws, nothing half-made has the
    /// release's name.
    package func materialize(
        _ release: Digest, app: AppName? = nil, progress: (UInt64) -> Void = { _ in }
    ) throws(StoreError) -> LocalRelease {
        var isDamaged = false
        do throws(StoreError) {
            return try LocalRelease.verify(release, in: store, rewrite: rewrite)
        } catch  where error.code == .corrupt {
            isDamaged = true
        } catch {
            guard case .missing = error.code else { throw error }
        }
        let manifest = try manifest(of: release, app: app ?? store.layout.app)
        try requireSpace(for: manifest, release)
        let unfinished = store.layout.unfinished(release, unique: UniqueName.next())
        do throws(StoreError) {
            let made = try make(release, manifest, in: ReleaseLayout(directory: unfinished), progress)
            try publish(unfinished, as: release, replacing: isDamaged)
            return LocalRelease(
                id: release, manifest: manifest, layout: ReleaseLayout(directory: store.layout.release(release)), entry: made)
        } catch {
            // Best effort: `sweep` finds what stays.
            try? fileSystem.removeTree(unfinished, for: .materializeWrite)
            throw error
        }
    }

    private func manifest(of release: Digest, app: AppName) throws(StoreError) -> ReleaseManifest {
        let manifest = try blobs.manifest(of: release)
        guard manifest.app == app else {
            throw StoreError(
                .corrupt, "materialize release \(release.short)", "it is of app '\(manifest.app)', not '\(app)'",
                "Publish a release of '\(app)'.")
        }
        return manifest
    }

    private func requireSpace(for manifest: ReleaseManifest, _ release: Digest) throws(StoreError) {
        let free = try attempt("materialize release \(release.short)") { () throws(FileError) in
            try fileSystem.freeBytes(store.layout.releases, for: .materializeWrite)
        }
        let needed = manifest.totalBytes + Self.spareBytes
        guard free >= needed else {
            throw StoreError(
                .noSpace, "materialize release \(release.short)",
                "\(store.layout.releases) has \(free) bytes free, \(needed) are needed",
                "Free some space there, or keep fewer releases.")
        }
    }

    /// Everything below the directory, durable; not yet the directory's own name.
    private func make(
        _ release: Digest, _ manifest: ReleaseManifest, in layout: ReleaseLayout, _ progress: (UInt64) -> Void
    ) throws(StoreError) -> RelativePath {
        let directories = Self.directories(of: manifest, layout)
        try writing(release) { () throws(FileError) in
            for directory in directories {
                try fileSystem.createDirectory(directory, mode: LocalStore.directoryMode, for: .materializeWrite)
            }
        }
        for file in manifest.files { try copy(file, to: layout.file(file.path), progress) }
        try create(layout.manifest, try CanonicalJSON.encode(manifest), release)
        var entry = manifest.entry
        if let rewrite, let copy = ReleaseLayout.rewritten(manifest.entry) {
            try create(layout.file(copy), try rewritten(manifest, release, layout, rewrite), release)
            entry = copy
        }
        try writing(release) { () throws(FileError) in
            // From the bottom up: a directory that is durable has durable children.
            for directory in directories.reversed() { try fileSystem.syncDirectory(directory, for: .materializeSync) }
        }
        return entry
    }

    /// Each directory after the one that holds it.
    private static func directories(of manifest: ReleaseManifest, _ layout: ReleaseLayout) -> [FilePath] {
        var seen: Set<FilePath> = [layout.directory, layout.reserved]
        var directories = [layout.directory, layout.reserved]
        for file in manifest.files {
            var directory = layout.directory
            for part in file.path.components.dropLast() {
                directory = directory.appending(part)
                if seen.insert(directory).inserted { directories.append(directory) }
            }
        }
        return directories
    }

    private func copy(_ file: ReleaseFile, to path: FilePath, _ progress: (UInt64) -> Void) throws(StoreError) {
        let target = try writing(file.digest) { () throws(FileError) in
            try fileSystem.createFile(path, mode: 0o444, for: .materializeWrite)
        }
        defer { fileSystem.close(target) }
        _ = try blobs.copy(file.digest, size: file.size) { (piece, offset) throws(StoreError) in
            try writing(file.digest) { () throws(FileError) in
                try fileSystem.writeAll(target, from: piece, at: offset, for: .materializeWrite)
            }
            progress(UInt64(piece.count))
        }
        try writing(file.digest) { () throws(FileError) in try fileSystem.sync(target, for: .materializeSync) }
    }

    private func create(_ path: FilePath, _ bytes: [UInt8], _ release: Digest) throws(StoreError) {
        try writing(release) { () throws(FileError) in
            let file = try fileSystem.createFile(path, mode: 0o444, for: .materializeWrite)
            defer { fileSystem.close(file) }
            try fileSystem.writeAll(file, bytes, for: .materializeWrite)
            try fileSystem.sync(file, for: .materializeSync)
        }
    }

    private func rewritten(
        _ manifest: ReleaseManifest, _ release: Digest, _ layout: ReleaseLayout, _ rewrite: EntryRewrite
    ) throws(StoreError) -> [UInt8] {
        let original = try writing(release) { () throws(FileError) in
            try fileSystem.readAll(layout.file(manifest.entry), limit: EntryRewrite.byteLimit, for: .storeRead)
        }
        do throws(ContentError) {
            return try rewrite.apply(original, manifest, release)
        } catch {
            throw StoreError(
                .corrupt, "materialize release \(release.short)",
                "its '\(manifest.entry)' cannot be rewritten: \(error.reason)",
                "Correct it and publish again.")
        }
    }

    private func publish(_ unfinished: FilePath, as release: Digest, replacing: Bool) throws(StoreError) {
        try writing(release) { () throws(FileError) in
            let aside = replacing ? store.layout.damaged(unique: UniqueName.next()) : nil
            if let aside { try fileSystem.rename(store.layout.release(release), to: aside, for: .materializePublish) }
            try fileSystem.rename(unfinished, to: store.layout.release(release), for: .materializePublish)
            try fileSystem.syncDirectory(store.layout.releases, for: .materializeSync)
            // What is left of it goes when the agent starts again.
            if let aside { try? fileSystem.removeTree(aside, for: .temporarySweep) }
        }
    }

    private func writing<Result>(
        _ digest: Digest, _ body: () throws(FileError) -> Result
    ) throws(StoreError) -> Result {
        try attempt("materialize \(digest.short)", body)
    }
}
