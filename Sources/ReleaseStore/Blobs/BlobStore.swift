import RolloutCore
import RolloutSystem
import SystemPackage

/// The blobs of a volume: content by its digest, never changed once named. Reading; see `BlobStore+Ingest` for writing.
package struct BlobStore: Sendable {
    package let volume: Volume

    var fileSystem: any FileSystem { volume.fileSystem }
    var layout: VolumeLayout { volume.layout }

    package init(_ volume: Volume) { self.volume = volume }

    /// What the volume has under a digest.
    package enum Condition: Hashable, Sendable {
        case good
        case missing
        /// Something is there, and it is not the content; in words.
        case damaged(String)
    }

    /// Small content, whole; its digest is checked.
    ///
    /// Throws `.missing`, `.wrongContent`, `.corrupt` when it is larger than `limit`, `.unavailable`.
    package func read(_ digest: Digest, limit: Int) throws(StoreError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try opening(digest) { file throws(FileError) in try fileSystem.readAll(file, limit: limit, for: .blobRead) }
        } catch {
            throw failure(error, digest)
        }
        guard Digest(of: bytes) == digest else { throw wrongContent(digest, "its content has another digest") }
        return bytes
    }

    /// The manifest that is a release's id, checked against every rule it can break by itself.
    package func manifest(of release: Digest) throws(StoreError) -> ReleaseManifest {
        try Self.decodeManifest(try read(release, limit: Limits.manifestBytes), release: release)
    }

    static func decodeManifest(_ bytes: [UInt8], release: Digest) throws(StoreError) -> ReleaseManifest {
        let object = "the manifest of release \(release.short)"
        let manifest = try CanonicalJSON.decode(ReleaseManifest.self, from: bytes, object: object)
        if let defect = manifest.storeDefect {
            throw StoreError(
                .corrupt, "read \(object)", defect, "Publish the release again with a matching version of wasmrollout.")
        }
        return manifest
    }

    /// Reads all of it and compares; for reuse and for `verify`.
    /// - Parameters:
    ///   - size: what it must have; `nil` when only the digest is known.
    ///   - limit: bytes read, at most, when the size is not known.
    package func check(
        _ digest: Digest, size: UInt64?, limit: UInt64 = Limits.blobBytes
    ) throws(StoreError) -> Condition {
        do throws(StoreError) {
            _ = try copy(digest, size: size, limit: limit) { (_, _) throws(StoreError) in }
            return .good
        } catch {
            switch error.code {
            case .missing: return .missing
            case .wrongContent, .corrupt: return .damaged(error.reason)
            default: throw error
            }
        }
    }

    /// Reads content once, handing each piece to `write` while it is hashed; what was written may be used only when this
    /// returns.
    ///
    /// Throws `.missing`, `.wrongContent`, `.corrupt` or `.unavailable`, or what `write` throws.
    /// - Parameter size: what the content must have; `nil` when only the digest is known.
    func copy(
        _ digest: Digest, size: UInt64?, limit: UInt64 = Limits.blobBytes,
        to write: (UnsafeRawBufferPointer, UInt64) throws(StoreError) -> Void
    ) throws(StoreError) -> UInt64 {
        let file: OpenFile
        do throws(FileError) {
            file = try open(digest)
        } catch {
            throw failure(error, digest)
        }
        defer { fileSystem.close(file) }
        let outcome = try HashingCopy.run(
            limit: size ?? limit,
            read: { (buffer, offset) throws(StoreError) in
                try attempt("read blob \(digest.short)") { () throws(FileError) in
                    try fileSystem.read(file, into: buffer, at: offset, for: .blobRead)
                }
            }, write: write)
        if let size, outcome.size != size {
            throw wrongContent(
                digest,
                outcome.size < size ? "it ends after \(outcome.size) of \(size) bytes" : "it is longer than \(size) bytes")
        }
        guard outcome.digest == digest else { throw wrongContent(digest, "its content has another digest") }
        return outcome.size
    }

    private func opening<Result>(
        _ digest: Digest, _ body: (OpenFile) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let file = try open(digest)
        defer { fileSystem.close(file) }
        return try body(file)
    }

    /// Not through a linked directory: opening it that way fails, and on NFS makes the look-up of the name fresh.
    private func open(_ digest: Digest) throws(FileError) -> OpenFile {
        try fileSystem.revalidateDirectory(layout.blobShard(digest), for: .blobRead)
        return try fileSystem.openForReading(layout.blob(digest), for: .blobRead)
    }

    private func failure(_ error: FileError, _ digest: Digest) -> StoreError {
        switch error.code {
        case .notFound:
            StoreError(.missing(digest), "read blob \(digest.short)", "it is not on the volume", "Publish its release again.")
        case .notRegular, .notDirectory, .tooMany:
            StoreError(.corrupt, "read blob \(digest.short)", "\(error.path): \(error.reason)", "Publish its release again.")
        default: StoreError(error, during: "read blob \(digest.short)")
        }
    }

    private func wrongContent(_ digest: Digest, _ reason: String) -> StoreError {
        StoreError(.wrongContent(digest), "read blob \(digest.short)", reason, "If it stays so, publish its release again.")
    }
}
