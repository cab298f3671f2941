/// Reads a response's head as strictly as a request's: a backend that can be misread is as dangerous as such a client.
struct ResponseParser {
    private(set) var facts = FieldFacts()
    private(set) var status = 0
    /// The status line after the version: status and reason.
    private(set) var statusLine = Span(0, 0)
    private(set) var fields = Span(0, 0)
    /// Bytes of the head with its empty line.
    private(set) var length = 0
    private(set) var isOldVersion = false

    private let limits: HeadLimits
    private let cutsIdentity: Bool
    private var lines = HeadLines()
    private var hasStatusLine = false

    init(limits: HeadLimits, cutsIdentity: Bool) {
        self.limits = limits
        self.cutsIdentity = cutsIdentity
    }

    /// Makes ready for the next response.
    mutating func reset() {
        facts.reset()
        lines = HeadLines()
        hasStatusLine = false
    }

    /// Whatever was asked, and whatever it says of its length. One of status 304 says how long the body would have been.
    private var isBodyless: Bool { status < 200 || status == 204 }

    /// How the body ends, given what was asked (RFC 9112, section 6.3).
    func framing(toHead: Bool) -> BodyFraming {
        if toHead || isBodyless || status == 304 { return .none }
        if facts.isChunked { return .chunked }
        guard let length = facts.contentLength else { return .untilClose }
        return length > 0 ? .length(length) : .none
    }

    /// May the connection be used for another request afterwards?
    var keepsConnection: Bool { isOldVersion ? facts.saysKeepAlive && !facts.saysClose : !facts.saysClose }

    /// `bytes` begin where the response begins and have grown since the last call.
    mutating func parse(_ bytes: UnsafeRawBufferPointer) -> HeadProgress {
        while true {
            switch lines.next(in: bytes, limit: limits.bytes) {
            case .incomplete: return .incomplete
            case .fault(let fault): return .fault(fault)
            case .line(let line):
                if !hasStatusLine {
                    if let fault = parseStatusLine(bytes, line) { return .fault(fault) }
                    fields = Span(lines.position, lines.position)
                } else if line.count == 0 {
                    length = lines.position
                    return facts.finish(isOldVersion: isOldVersion, fields: fields, in: bytes).map { .fault($0) } ?? .complete
                } else if let fault = parseField(bytes, line) {
                    return .fault(fault)
                }
            }
        }
    }

    private mutating func parseStatusLine(_ bytes: UnsafeRawBufferPointer, _ line: Span) -> HTTPFault? {
        let text = bytes.slice(line)
        // "HTTP/1.1 200", then nothing or a space and a reason.
        guard text.count >= 12, text.word(at: 0) & 0x00ff_ffff_ffff_ffff == 0x002e_312f_5054_5448, text[8] == 0x20 else {
            return .startLine
        }
        switch text[7] {
        case 0x31: isOldVersion = false
        case 0x30: isOldVersion = true
        default: return .version
        }
        status = 0
        for index in 9..<12 {
            guard text[index] >= 0x30, text[index] <= 0x39 else { return .startLine }
            status = status * 10 + Int(text[index] - 0x30)
        }
        guard status >= 100, text.count == 12 || text[12] == 0x20 else { return .startLine }
        guard !text.hasControl(in: Span(12, text.count)) else { return .startLine }
        statusLine = Span(line.start + 9, line.end)
        hasStatusLine = true
        return nil
    }

    private mutating func parseField(_ bytes: UnsafeRawBufferPointer, _ line: Span) -> HTTPFault? {
        if let fault = facts.countField(limit: limits.fields) { return fault }
        let field: HeaderField
        switch HeaderField.parse(bytes, line: line) {
        case .success(let parsed): field = parsed
        case .failure(let fault): return fault
        }
        fields.end = lines.position
        let kind = HeaderField.kind(of: bytes.slice(field.name))
        switch kind {
        case .identity:
            if cutsIdentity { facts.cut(line) }
        case .contentLength, .transferEncoding:
            // Never part of a response that has no body by its status (RFC 9110, section 8.6; RFC 9112, section 6.1).
            if isBodyless { facts.cut(line) }
            return facts.note(kind, field, line: line, in: bytes)
        case .connection, .upgrade, .hop:
            return facts.note(kind, field, line: line, in: bytes)
        case .host, .expect, .forwardedFor, .forwardedProto, .forwardedHost, .forwarded, .other:
            break
        }
        return nil
    }
}
