import Crypto
import RolloutCore

/// Copies bytes and hashes them in the same pass, so that what was hashed is what was written.
struct HashingCopy {
    /// Bytes read at once: as much as one NFS request carries.
    static let pieceBytes = 1 << 20

    /// What went through.
    struct Outcome: Hashable {
        var digest: RolloutCore.Digest
        var size: UInt64
    }

    /// - Parameters:
    ///   - limit: reading stops after one byte more, so that content that grows while it is read cannot fill a disk.
    ///   - read: fills a buffer from an offset; 0 at the end.
    ///   - write: takes what was read, in order.
    static func run(
        limit: UInt64, read: (UnsafeMutableRawBufferPointer, UInt64) throws(StoreError) -> Int,
        write: (UnsafeRawBufferPointer, UInt64) throws(StoreError) -> Void
    ) throws(StoreError) -> Outcome {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 4096)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var offset: UInt64 = 0
        while offset <= limit {
            let wanted = Int(min(UInt64(pieceBytes), limit - offset + 1))
            let count = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), offset)
            guard count > 0 else { break }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(bufferPointer: piece)
            try write(piece, offset)
            offset += UInt64(count)
        }
        return Outcome(digest: Digest(bytes: hash.finalize()), size: offset)
    }
}
