#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Cuts a growing head into lines. Each byte is looked at once, however slowly the head arrives.
struct HeadLines {
    enum Line {
        case incomplete
        /// Without its CR LF.
        case line(Span)
        case fault(HTTPFault)
    }

    /// Where the next line begins.
    private(set) var position = 0
    private var scanned = 0

    @inline(__always)
    mutating func next(in bytes: UnsafeRawBufferPointer, limit: Int) -> Line {
        guard let base = bytes.baseAddress, bytes.count > scanned,
            let found = memchr(base + scanned, 0x0a, bytes.count - scanned)
        else {
            scanned = bytes.count
            return bytes.count > limit ? .fault(.tooLarge) : .incomplete
        }
        let feed = UnsafeRawPointer(found) - base
        guard feed < limit else { return .fault(.tooLarge) }
        guard feed > position, bytes[feed - 1] == 0x0d else { return .fault(.bareLineFeed) }
        let line = Span(position, feed - 1)
        position = feed + 1
        scanned = position
        return .line(line)
    }
}
