import NIOCore

/// Puts a head together from pieces, without bounds checks: the caller has made room for all of it.
struct HeadWriter {
    private let start: UnsafeMutableRawPointer
    private var cursor: UnsafeMutableRawPointer

    /// Appends to a buffer what `body` writes, at most `capacity` bytes.
    @inline(__always)
    static func append(to buffer: inout ByteBuffer, capacity: Int, _ body: (inout HeadWriter) -> Void) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { room in
            guard let start = room.baseAddress else { return 0 }
            var writer = HeadWriter(start: start, cursor: start)
            body(&writer)
            let count = writer.cursor - start
            precondition(count <= room.count, "a head outgrew the room that was made for it")
            return count
        }
    }

    @inline(__always)
    mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        cursor.copyMemory(from: source, byteCount: bytes.count)
        cursor += bytes.count
    }

    @inline(__always)
    mutating func copy(_ bytes: [UInt8]) { bytes.withUnsafeBytes { copy($0) } }

    @inline(__always)
    mutating func text(_ text: StaticString) {
        copy(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Copies the field lines that are not cut. `cuts` are in order.
    @inline(__always)
    mutating func fields(_ fields: Span, of head: UnsafeRawBufferPointer, without cuts: [Span]) {
        var position = fields.start
        for cut in cuts {
            if cut.start > position { copy(head.slice(Span(position, cut.start))) }
            position = cut.end
        }
        if fields.end > position { copy(head.slice(Span(position, fields.end))) }
    }
}
