/// Random access to some content of known size: what is inspected and published is read through this, a piece at a time,
/// so that nothing large is ever held in memory.
package protocol ContentReader: AnyObject {
    /// In bytes.
    var size: UInt64 { get }

    /// Reads at most `buffer.count` bytes at `offset` and returns how many; 0 at the end and only there.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ContentError) -> Int
}

/// Why content could not be read, in words that complete "…: ".
package struct ContentError: Error, Hashable, Sendable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}

extension ContentReader {
    /// Reads `count` bytes at `offset`; fewer only where the content ends.
    package func read(at offset: UInt64, count: Int) throws(ContentError) -> [UInt8] {
        guard offset < size else { return [] }
        let wanted = Int(min(UInt64(count), size - offset))
        var failure: ContentError?
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<wanted])
                do throws(ContentError) {
                    let got = try read(into: rest, at: offset + UInt64(filled))
                    if got == 0 { return }
                    filled += got
                } catch {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// Content that is in memory already.
package final class MemoryContent: ContentReader {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var size: UInt64 { UInt64(bytes.count) }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(ContentError) -> Int {
        guard offset < size else { return 0 }
        let start = Int(offset)
        let count = min(buffer.count, bytes.count - start)
        buffer.copyBytes(from: bytes[start..<start + count])
        return count
    }
}
