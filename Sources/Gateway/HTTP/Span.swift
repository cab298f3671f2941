/// A range of bytes, counted from the first byte of a head.
struct Span: Hashable, Sendable {
    var start: Int
    var end: Int

    @inline(__always)
    init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    var count: Int { end - start }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    func slice(_ span: Span) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[span.start..<span.end]) }

    /// Compares with a name in lower case; letters in `self` may have either. Only for tokens: `|` folds some controls too.
    @inline(__always)
    func equals(_ lowercase: StaticString) -> Bool {
        guard count == lowercase.utf8CodeUnitCount else { return false }
        let other = lowercase.utf8Start
        for index in 0..<count where self[index] | 0x20 != other[index] { return false }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// Compares with a text, letter by letter as it stands.
    @inline(__always)
    func isExactly(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Eight bytes as one number; the first is the lowest.
    @inline(__always)
    func word(at offset: Int) -> UInt64 { UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }

    /// Is there a control character, other than the tab, among these bytes? Looks at eight at a time.
    @inline(__always)
    func hasControl(in span: Span) -> Bool {
        var index = span.start
        while index &+ 8 <= span.end {
            let word = word(at: index)
            // The classical tests for a byte below 0x20, and for a byte that is 0x7f. The first also reports the tab.
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let delete = word ^ 0x7f7f_7f7f_7f7f_7f7f
            let suspect = (low | ((delete &- 0x0101_0101_0101_0101) & ~delete)) & 0x8080_8080_8080_8080
            if suspect != 0, (0..<8).contains(where: { Characters.isControl(self[index &+ $0]) }) { return true }
            index &+= 8
        }
        while index < span.end {
            if Characters.isControl(self[index]) { return true }
            index &+= 1
        }
        return false
    }
}
