import CZlib
import RolloutCore

/// Decompresses gzip content in a stream of small pieces, and stops a bomb: see `SourceLimits.expansionRatio`.
enum Gunzip {
    private static let pieceBytes = 256 << 10

    /// How many bytes `compressed` of gzip may become.
    static func allowance(compressed: UInt64) -> UInt64 {
        let (scaled, overflow) = compressed.multipliedReportingOverflow(by: SourceLimits.expansionRatio)
        return min(overflow ? .max : max(SourceLimits.freeExpansion, scaled), Limits.releaseBytes)
    }

    static func expand(
        _ content: any Content, into sink: (UnsafeRawBufferPointer) throws(ContentError) -> Void
    ) throws(ContentError) {
        let reader = try content.open()
        var stream = z_stream()
        // 15 bits of window, plus 16: gzip only, with its CRC and length checked.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ContentError("zlib could not be started")
        }
        defer { inflateEnd(&stream) }
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer {
            input.deallocate()
            output.deallocate()
        }
        let allowance = allowance(compressed: content.size)
        var consumed: UInt64 = 0
        var produced: UInt64 = 0
        var ended = false
        while consumed < content.size {
            let got = try reader.read(into: input, at: consumed)
            guard got > 0 else { throw ContentError("it ends after \(consumed) of \(content.size) bytes") }
            consumed += UInt64(got)
            stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_in = UInt32(got)
            repeat {
                // Another member follows the one that ended, as `cat a.gz b.gz` makes them.
                if ended {
                    guard stream.avail_in > 0 else { break }
                    inflateReset(&stream)
                    ended = false
                }
                stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(pieceBytes)
                let code = inflate(&stream, Z_NO_FLUSH)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                    throw ContentError("its gzip data is damaged")
                }
                ended = code == Z_STREAM_END
                let count = pieceBytes - Int(stream.avail_out)
                produced += UInt64(count)
                guard produced <= allowance else {
                    throw ContentError(
                        "it decompresses to more than \(allowance) bytes, \(SourceLimits.expansionRatio) times its size")
                }
                if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[0..<count])) }
            } while stream.avail_in > 0 || stream.avail_out == 0
        }
        guard ended else { throw ContentError("its gzip data is cut off") }
    }
}
