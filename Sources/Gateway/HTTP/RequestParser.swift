/// Reads a request's head, line by line as they come, as strictly as the grammar: whatever two servers could read
/// differently is refused.
struct RequestParser {
    private(set) var facts = FieldFacts()
    private(set) var method = Method.other
    /// Method, white space and target, in origin or asterisk form, as they are passed on.
    private(set) var startLine = Span(0, 0)
    /// For a target in absolute form: its authority, and its path with query (may be empty).
    private(set) var authority: Span?
    private(set) var path = Span(0, 0)
    /// The field lines, without the empty line.
    private(set) var fields = Span(0, 0)
    /// Bytes of the head with its empty line.
    private(set) var length = 0
    private(set) var isOldVersion = false
    private(set) var host: Span?
    private(set) var forwardedFor: [Span] = []
    private(set) var hasForwardedProto = false
    private(set) var hasForwardedHost = false
    private(set) var expectsContinue = false

    private let limits: HeadLimits
    private let trust: GatewayConfiguration.ForwardedTrust
    private let passesHTTP2: Bool
    private var lines = HeadLines()
    private var hasStartLine = false

    init(limits: HeadLimits, trust: GatewayConfiguration.ForwardedTrust, passesHTTP2: Bool) {
        self.limits = limits
        self.trust = trust
        self.passesHTTP2 = passesHTTP2
    }

    var hasBegun: Bool { hasStartLine }

    /// Makes ready for the next request.
    mutating func reset() {
        facts.reset()
        forwardedFor.removeAll(keepingCapacity: true)
        authority = nil
        host = nil
        isOldVersion = false
        hasForwardedProto = false
        hasForwardedHost = false
        expectsContinue = false
        lines = HeadLines()
        hasStartLine = false
    }

    var framing: BodyFraming {
        if facts.isChunked { return .chunked }
        guard let length = facts.contentLength, length > 0 else { return .none }
        return .length(length)
    }

    /// May the connection be used for another request afterwards?
    var keepsConnection: Bool { isOldVersion ? facts.saysKeepAlive && !facts.saysClose : !facts.saysClose }

    /// `bytes` begin where the request begins and have grown since the last call.
    mutating func parse(_ bytes: UnsafeRawBufferPointer) -> HeadProgress {
        while true {
            switch lines.next(in: bytes, limit: limits.bytes) {
            case .incomplete:
                // What begins with anything else, as TLS does, will not become a request: no use in waiting for a line's end.
                if !hasStartLine, let first = bytes.first, !Characters.isToken(first) { return .fault(.method) }
                return .incomplete
            case .fault(let fault): return .fault(fault)
            case .line(let line):
                if !hasStartLine {
                    if let ending = parseStartLine(bytes, line) { return ending }
                    fields = Span(lines.position, lines.position)
                } else if line.count == 0 {
                    length = lines.position
                    return finish(bytes)
                } else if let fault = parseField(bytes, line) {
                    return .fault(fault)
                }
            }
        }
    }

    private mutating func parseStartLine(_ bytes: UnsafeRawBufferPointer, _ line: Span) -> HeadProgress? {
        var position = line.start
        while position < line.end, Characters.isToken(bytes[position]) { position &+= 1 }
        guard position > line.start, position - line.start <= 32, position < line.end, bytes[position] == 0x20 else {
            return .fault(.method)
        }
        method = Method(bytes.slice(Span(line.start, position)))
        let targetStart = position &+ 1
        position = targetStart
        while position < line.end, Characters.isTarget(bytes[position]) { position &+= 1 }
        guard position > targetStart, position < line.end, bytes[position] == 0x20 else { return .fault(.target) }
        let target = Span(targetStart, position)
        let version = bytes.slice(Span(position &+ 1, line.end))
        // "HTTP/" and "." around the digits.
        guard version.count == 8, version.word(at: 0) & 0x00ff_00ff_ffff_ffff == 0x002e_002f_5054_5448 else {
            return .fault(.startLine)
        }
        switch (version[5], version[7]) {
        case (0x31, 0x31): isOldVersion = false
        case (0x31, 0x30): isOldVersion = true
        case (0x32, 0x30) where passesHTTP2 && line.start == 0 && line.end == 14 && bytes.starts(with: "PRI *".utf8):
            return .preface
        default: return .fault(.version)
        }
        guard method != .connect else { return .fault(.connectMethod) }
        hasStartLine = true
        return parseTarget(bytes, target, lineStart: line.start).map { .fault($0) }
    }

    private mutating func parseTarget(_ bytes: UnsafeRawBufferPointer, _ target: Span, lineStart: Int) -> HTTPFault? {
        startLine = Span(lineStart, target.end)
        if bytes[target.start] == 0x2f { return nil }
        if target.count == 1, bytes[target.start] == 0x2a { return method == .options ? nil : .target }
        guard let colon = bytes[target.start..<min(target.end, target.start + 6)].firstIndex(of: 0x3a) else { return .target }
        let scheme = bytes.slice(Span(target.start, colon))
        guard scheme.equals("http") || scheme.equals("https"), target.end > colon + 3, bytes[colon + 1] == 0x2f,
            bytes[colon + 2] == 0x2f
        else { return .target }
        var end = colon + 3
        while end < target.end, bytes[end] != 0x2f, bytes[end] != 0x3f { end += 1 }
        let authority = Span(colon + 3, end)
        guard Self.isHost(bytes.slice(authority)) else { return .target }
        self.authority = authority
        path = Span(end, target.end)
        startLine = Span(lineStart, target.start)
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
        case .host:
            guard host == nil else { return .hostRepeated }
            guard Self.isHost(bytes.slice(field.value)) else { return .hostMalformed }
            host = field.value
            if authority != nil { facts.cut(line) }
        case .expect:
            // RFC 9110, section 10.1.1: to be ignored in HTTP/1.0.
            if isOldVersion { facts.cut(line) } else { expectsContinue = true }
        case .forwardedFor:
            facts.cut(line)
            if trust == .proxy { forwardedFor.append(field.value) }
        case .forwardedProto:
            if trust == .proxy { hasForwardedProto = true } else { facts.cut(line) }
        case .forwardedHost:
            if trust == .proxy { hasForwardedHost = true } else { facts.cut(line) }
        case .forwarded:
            if trust == .nobody { facts.cut(line) }
        case .other:
            if HeaderField.isDisguised(bytes.slice(field.name)) { facts.cut(line) }
        case .identity:
            break
        case .connection, .contentLength, .transferEncoding, .upgrade, .hop:
            return facts.note(kind, field, line: line, in: bytes)
        }
        return nil
    }

    private mutating func finish(_ bytes: UnsafeRawBufferPointer) -> HeadProgress {
        if host == nil, !isOldVersion { return .fault(.hostMissing) }
        if let fault = facts.finish(isOldVersion: isOldVersion, fields: fields, in: bytes) { return .fault(fault) }
        return .complete
    }

    private static func isHost(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count > 0, value.count <= 255, value[0] != 0x3a else { return false }
        return value.allSatisfy { Characters.isHost($0) }
    }
}
