/// Walks an artifact's bytes through a small window; every step checks bounds before it reads or allocates.
struct ArtifactCursor {
    private let reader: any ContentReader
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0
    private(set) var position: UInt64
    /// Exclusive. Of the file, or of the section that is being read.
    private(set) var end: UInt64
    /// Names what is being read in a message.
    var part: String

    private static let windowBytes = 16 << 10
    /// Names and versions are for people and for matching; the longest that real tools write is far below.
    static let nameBytes = 4096

    init(_ reader: any ContentReader, part: String) {
        self.reader = reader
        self.position = 0
        self.end = reader.size
        self.part = part
    }

    var isAtEnd: Bool { position == end }

    /// A cursor over the next `length` bytes; this one moves behind them.
    mutating func section(_ part: String, length: UInt64) throws(ArtifactDefect) -> ArtifactCursor {
        guard length <= end - position else { throw .truncated(at: end, in: part) }
        var inner = self
        inner.end = position + length
        inner.part = part
        position += length
        return inner
    }

    mutating func byte() throws(ArtifactDefect) -> UInt8 {
        guard position < end else { throw .truncated(at: position, in: part) }
        if position < windowStart || position >= windowStart + UInt64(window.count) { try fill() }
        defer { position += 1 }
        return window[Int(position - windowStart)]
    }

    private mutating func fill() throws(ArtifactDefect) {
        do throws(ContentError) {
            window = try reader.read(at: position, count: Self.windowBytes)
        } catch {
            throw ArtifactDefect(reason: error.reason, remedy: "Check that the file can be read")
        }
        windowStart = position
        // The file was longer when its size was taken.
        if window.isEmpty { throw .truncated(at: position, in: part) }
    }

    mutating func bytes(_ count: Int) throws(ArtifactDefect) -> [UInt8] {
        guard UInt64(count) <= end - position else { throw .truncated(at: end, in: part) }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try byte()) }
        return result
    }

    /// An unsigned LEB128 number of at most `bits` bits; overlong and overflowing ones are refused.
    mutating func unsigned(bits: Int = 32) throws(ArtifactDefect) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift = 0
        while true {
            let byte = try byte()
            let payload = UInt64(byte & 0x7f)
            let room = bits - shift
            if room < 7, payload >> UInt64(room) != 0 {
                throw .malformed("a number that does not fit in \(bits) bits", at: start)
            }
            value |= payload << UInt64(shift)
            if byte & 0x80 == 0 { return value }
            shift += 7
            if shift >= bits { throw .malformed("an overlong number", at: start) }
        }
    }

    /// Skips a signed 33-bit LEB128 number: a type, which is nothing to us but its length.
    mutating func skipType() throws(ArtifactDefect) {
        let start = position
        for _ in 0..<5 where try byte() & 0x80 == 0 { return }
        throw .malformed("an overlong type", at: start)
    }

    mutating func count(of what: String, limit: Int) throws(ArtifactDefect) -> Int {
        let count = try unsigned()
        guard count <= UInt64(limit) else { throw .tooMany(what, limit: limit) }
        return Int(count)
    }

    mutating func name() throws(ArtifactDefect) -> String {
        let start = position
        let length = try unsigned()
        guard length <= end - position else { throw .truncated(at: end, in: part) }
        guard length <= UInt64(Self.nameBytes) else { throw .malformed("a name of \(length) bytes", at: start) }
        guard let name = String(validating: try bytes(Int(length)), as: UTF8.self) else {
            throw .malformed("a name that is not UTF-8", at: start)
        }
        return name
    }
}
