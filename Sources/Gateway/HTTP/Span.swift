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
