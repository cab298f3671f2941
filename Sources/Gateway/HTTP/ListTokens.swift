/// The parts of a comma-separated value, without white space around them; empty ones are skipped (RFC 9110, section 5.6.1).
struct ListTokens: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next() -> UnsafeRawBufferPointer? {
        while position < bytes.count {
            var start = position
            while position < bytes.count, bytes[position] != 0x2c { position += 1 }
            var end = position
            position += 1
            while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
            while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
            if start < end { return bytes.slice(Span(start, end)) }
        }
        return nil
    }
}
