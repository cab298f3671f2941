/// What the fields of a head, request or response, say about the message and the connection.
struct FieldFacts {
    private(set) var count = 0
    private(set) var contentLength: UInt64?
    private(set) var isChunked = false
    /// The line of `Transfer-Encoding`.
    private(set) var codingLine: Span?
    private(set) var saysClose = false
    private(set) var saysKeepAlive = false
    private(set) var saysUpgrade = false
    /// The value of the one `Upgrade` field.
    private(set) var upgrade: Span?
    private var upgradeCount = 0
    /// Lines that are not passed on, in order.
    private(set) var cuts: [Span] = []
    /// The names that `Connection` lists, but those that are never passed on anyway.
    private var listed: [Span] = []
    /// Names that may be listed: each is compared with each field.
    private static let maximumListed = 64

    mutating func reset() {
        let (cuts, listed) = (cuts, listed)
        self = FieldFacts()
        self.cuts = cuts
        self.listed = listed
        self.cuts.removeAll(keepingCapacity: true)
        self.listed.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func cut(_ line: Span) { cuts.append(Span(line.start, line.end + 2)) }

    @inline(__always)
    mutating func countField(limit: Int) -> HTTPFault? {
        count &+= 1
        return count > limit ? .tooManyFields : nil
    }

    /// Takes in a field whose meaning is the same in requests and responses.
    mutating func note(_ kind: HeaderField.Kind, _ field: HeaderField, line: Span, in bytes: UnsafeRawBufferPointer)
        -> HTTPFault?
    {
        switch kind {
        case .contentLength:
            guard contentLength == nil else { return .lengthRepeated }
            guard let length = Self.decimal(bytes.slice(field.value)) else { return .lengthMalformed }
            contentLength = length
        case .transferEncoding:
            guard !isChunked else { return .codingRepeated }
            guard bytes.slice(field.value).equals("chunked") else { return .codingUnknown }
            isChunked = true
            codingLine = line
        case .connection:
            cut(line)
            return noteConnection(field.value, in: bytes)
        case .upgrade:
            cut(line)
            upgradeCount += 1
            upgrade = upgradeCount == 1 ? field.value : nil
        case .hop:
            cut(line)
        case .host, .expect, .forwardedFor, .forwardedProto, .forwardedHost, .forwarded, .identity, .other:
            break
        }
        return nil
    }

    /// Checks what only the whole head shows, and finds the lines that `Connection` lists.
    mutating func finish(isOldVersion: Bool, fields: Span, in bytes: UnsafeRawBufferPointer) -> HTTPFault? {
        if isChunked {
            if contentLength != nil { return .lengthAndCoding }
            if isOldVersion { return .codingTooOld }
        }
        if !listed.isEmpty { cutListed(fields: fields, in: bytes) }
        return nil
    }

    private mutating func noteConnection(_ value: Span, in bytes: UnsafeRawBufferPointer) -> HTTPFault? {
        for span in ListTokens(value, in: bytes) {
            let token = bytes.slice(span)
            if token.equals("close") {
                saysClose = true
            } else if token.equals("keep-alive") {
                saysKeepAlive = true
            } else if token.equals("upgrade") {
                saysUpgrade = true
            } else {
                switch HeaderField.kind(of: token) {
                // A proxy that drops these changes where the message ends or who it is for.
                case .contentLength, .transferEncoding, .host: return .framingListed
                // Nor does a client decide whether the backend learns who it is.
                case .hop, .connection, .identity, .forwardedFor, .forwardedProto, .forwardedHost, .forwarded: break
                case .upgrade, .expect, .other:
                    guard listed.count < Self.maximumListed else { return .tooManyFields }
                    listed.append(span)
                }
            }
        }
        return nil
    }

    private mutating func cutListed(fields: Span, in bytes: UnsafeRawBufferPointer) {
        var start = fields.start
        while start < fields.end {
            var end = start
            while bytes[end] != 0x0d { end += 1 }
            let line = Span(start, end)
            start = end + 2
            guard case .success(let field) = HeaderField.parse(bytes, line: line) else { continue }
            guard isListed(bytes.slice(field.name), in: bytes) else { continue }
            let position = cuts.firstIndex { $0.start >= line.start } ?? cuts.endIndex
            if position == cuts.endIndex || cuts[position].start != line.start {
                cuts.insert(Span(line.start, line.end + 2), at: position)
            }
        }
    }

    private func isListed(_ name: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Bool {
        listed.contains { span in
            span.count == name.count && (0..<name.count).allSatisfy { bytes[span.start + $0] | 0x20 == name[$0] | 0x20 }
        }
    }

    /// Only digits, at most 18: no sign, no list, no white space.
    private static func decimal(_ digits: UnsafeRawBufferPointer) -> UInt64? {
        guard (1...18).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            value = value &* 10 &+ UInt64(digit &- 0x30)
        }
        return value
    }
}
