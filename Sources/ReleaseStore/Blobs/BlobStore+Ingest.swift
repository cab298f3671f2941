import RolloutCore
import RolloutSystem
import SystemPackage

extension BlobStore {
    /// Puts content on the volume under its digest. What is there already is read and compared, and replaced when it is
    /// damaged. Content is never visible under its digest before it is whole and durable.
    ///
    /// Throws `.refused` when the content is not the one expected or is too large, `.noSpace`, `.unavailable`.
    /// - Parameters:
    ///   - expected: what the content must be; publishing fails when a file changes meanwhile.
    ///   - progress: is told how many bytes were dealt with since it was last told.
    package func ingest(
        _ content: any ContentReader, expecting expected: ReleaseFile, progress: (UInt64) -> Void = { _ in }
    ) throws(StoreError) -> BlobReceipt {
        let condition = try check(expected.digest, size: expected.size)
        if condition == .good {
            touch(expected.digest)
            progress(expected.size)
            return BlobReceipt(digest: expected.digest, size: expected.size, isNew: false)
        }
        try attempt("write blob \(expected.digest.short)") { () throws(FileError) in
            try fileSystem.createDirectories(layout.blobShard(expected.digest), mode: Volume.directoryMode, for: .blobPublish)
        }
        try write(content, expected, replacing: condition != .missing, progress)
        return BlobReceipt(digest: expected.digest, size: expected.size, isNew: true)
    }

    private func write(
        _ content: any ContentReader, _ expected: ReleaseFile, replacing: Bool, _ progress: (UInt64) -> Void
    ) throws(StoreError) {
        let target = layout.blob(expected.digest)
        var failure: StoreError?
        do throws(FileError) {
            let write = AtomicWrite(fileSystem, .blob, temporaryDirectory: layout.temporary)
            try write.write(near: target, mode: 0o444) { file throws(FileError) in
                do throws(StoreError) {
                    try copy(content, expected, to: file, progress)
                } catch {
                    failure = error
                    return .abandoned
                }
                return replacing ? .replacing(target) : .creating(target)
            }
        } catch  where error.code == .exists {
            // Another publisher was faster with the same content, or with something that must be looked at.
            guard try check(expected.digest, size: expected.size) == .good else {
                throw StoreError(error, during: "write blob \(expected.digest.short)")
            }
        } catch {
            throw failure ?? StoreError(error, during: "write blob \(expected.digest.short)")
        }
        if let failure { throw failure }
    }

    /// Bytes written before they are made durable. One fsync at the end of a large file could take longer than any call may
    /// (`--deadline`) on a volume that is merely slow.
    private static let unsyncedBytes: UInt64 = 16 << 20

    private func copy(
        _ content: any ContentReader, _ expected: ReleaseFile, to file: OpenFile, _ progress: (UInt64) -> Void
    ) throws(StoreError) {
        var unsynced: UInt64 = 0
        let outcome = try HashingCopy.run(
            limit: expected.size,
            read: { (buffer, offset) throws(StoreError) in
                do throws(ContentError) {
                    return try content.read(into: buffer, at: offset)
                } catch {
                    throw StoreError(.refused, "read '\(expected.path)'", error.reason, "Check the file and publish again.")
                }
            },
            write: { (piece, offset) throws(StoreError) in
                try attempt("write blob \(expected.digest.short)") { () throws(FileError) in
                    try fileSystem.writeAll(file, from: piece, at: offset, for: .blobWrite)
                    unsynced += UInt64(piece.count)
                    guard unsynced >= Self.unsyncedBytes else { return }
                    try fileSystem.sync(file, for: .blobSync)
                    unsynced = 0
                }
                progress(UInt64(piece.count))
            })
        guard outcome.size == expected.size, outcome.digest == expected.digest else {
            throw StoreError(
                .refused, "publish '\(expected.path)'", "it changed while it was being published",
                "Publish again when nothing writes to it.")
        }
    }

    /// Makes a blob that is reused look young to `collect`, which spares the young: its record is yet to come. Changing the
    /// mode to what it is sets the change time. Best effort: who may not do it on this volume did not make the blob.
    private func touch(_ digest: Digest) {
        try? fileSystem.setMode(layout.blob(digest), 0o444, for: .blobPublish)
    }
}
