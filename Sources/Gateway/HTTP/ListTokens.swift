/// The parts of a comma-separated value, without white space around them; empty ones are skipped (RFC 9110, section 5.6.1).
struct ListTokens: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private var position: Int

    /// - Parameter value: where in `bytes` the value is; the parts are found there.
    init(_ value: Span, in bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = value.start
        end = value.end
    }

    mutating func next() -> Span? {
        while position < end {
            var part = Span(position, position)
            while position < end, bytes[position] != 0x2c { position += 1 }
            part.end = position
            position += 1
            while part.start < part.end, bytes[part.start] == 0x20 || bytes[part.start] == 0x09 { part.start += 1 }
            while part.end > part.start, bytes[part.end - 1] == 0x20 || bytes[part.end - 1] == 0x09 { part.end -= 1 }
            if part.count > 0 { return part }
        }
        return nil
    }
}
