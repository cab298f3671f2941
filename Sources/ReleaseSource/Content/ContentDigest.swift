import RolloutCore

import protocol Crypto.HashFunction
import struct Crypto.SHA256

/// SHA-256 over content, a piece at a time.
enum ContentDigest {
    private static let pieceBytes = 1 << 20

    static func of(_ bytes: [UInt8]) -> Digest {
        Digest(bytes: SHA256.hash(data: bytes))
    }

    static func of(_ content: any Content) throws(ContentError) -> Digest {
        let reader = try content.open()
        var hash = SHA256()
        var offset: UInt64 = 0
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 64)
        defer { piece.deallocate() }
        while true {
            let got = try reader.read(into: piece, at: offset)
            if got == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[0..<got]))
            offset += UInt64(got)
        }
        guard offset == content.size else {
            throw ContentError("it has \(offset) bytes, not the \(content.size) it should have")
        }
        return Digest(bytes: hash.finalize())
    }
}

extension Content {
    /// All bytes, when there are at most `limit`.
    func bytes(limit: Int) throws(ContentError) -> [UInt8] {
        guard size <= UInt64(limit) else { throw ContentError("it has \(size) bytes; at most \(limit) are allowed") }
        let bytes = try open().read(at: 0, count: Int(size))
        guard UInt64(bytes.count) == size else { throw ContentError("it ends after \(bytes.count) of \(size) bytes") }
        return bytes
    }
}
