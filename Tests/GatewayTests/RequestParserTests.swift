import Testing

@testable import Gateway

@Suite struct RequestParserTests {
    static func parser(bytes: Int = 16 << 10, fields: Int = 128, http2: Bool = true) -> RequestParser {
        RequestParser(limits: HeadLimits(bytes: bytes, fields: fields), trust: .proxy, passesHTTP2: http2)
    }

    static func parse(_ text: String) -> (HeadProgress, RequestParser) { parse(Array(text.utf8)) }

    static func parse(_ bytes: [UInt8]) -> (HeadProgress, RequestParser) {
        var parser = parser()
        return (bytes.withUnsafeBytes { parser.parse($0) }, parser)
    }

    /// What a request that arrives in pieces of one byte leads to.
    static func parseSlowly(_ bytes: [UInt8]) -> (HeadProgress, RequestParser) {
        var parser = parser()
        for count in 1...max(1, bytes.count) {
            let progress = bytes.prefix(count).withUnsafeBytes { parser.parse($0) }
            if progress != .incomplete { return (progress, parser) }
        }
        return (.incomplete, parser)
    }

    /// Names for `Connection`.
    static func listed(_ count: Int) -> String { (0..<count).map { "x\($0)" }.joined(separator: ",") }

    /// Each is one way to make two servers disagree about where a request ends or whom it is for.
    static let attacks: [(String, HTTPFault)] = [
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthAndCoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", .lengthAndCoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", .lengthRepeated),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .lengthRepeated),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n", .lengthMalformed),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .codingUnknown),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .codingUnknown),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", .codingUnknown),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", .codingUnknown),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n", .codingUnknown),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", .codingUnknown),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .codingRepeated),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n", .codingRepeated),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .codingTooOld),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", .fieldName),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\t: chunked\r\n\r\n", .fieldName),
        ("POST / HTTP/1.1\r\nHost: a\r\n Transfer-Encoding: chunked\r\n\r\n", .folding),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n", .folding),
        ("POST / HTTP/1.1\r\n Host: a\r\n\r\n", .folding),
        ("POST / HTTP/1.1\r\nHost: a\r\nX\0: 1\r\n\r\n", .fieldName),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: 1\0\r\n\r\n", .fieldValue),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: 1\u{7f}\r\n\r\n", .fieldValue),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n", .bareCarriageReturn),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: 1\r\r\n\r\n", .bareCarriageReturn),
        ("POST / HTTP/1.1\nHost: a\n\n", .bareLineFeed),
        ("POST / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n", .bareLineFeed),
        ("POST / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
        ("POST / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", .fieldName),
        ("POST / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", .fieldName),
        ("POST / HTTP/1.1\r\nHost: a\r\nX(y): 1\r\n\r\n", .fieldName),
        ("POST / HTTP/1.1\r\nHost: a\r\nX\u{e9}: 1\r\n\r\n", .fieldName),
        ("GET / HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nX: 1\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .hostRepeated),
        ("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", .hostRepeated),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .hostMalformed),
        ("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", .hostMalformed),
        ("GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .startLine),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        ("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .startLine),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .startLine),
        ("GET /\r\nHost: a\r\n\r\n", .target),
        ("GET\r\n\r\n", .method),
        ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .version),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .version),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", .startLine),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .startLine),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .connectMethod),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\n", .framingListed),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Transfer-Encoding\r\n\r\n", .framingListed),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: host\r\n\r\n", .framingListed),
        // Each listed name is compared with each field: a head of a few kilobytes must not cost a million comparisons.
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: \(listed(65))\r\n\r\n", .tooManyFields),
    ]

    @Test(arguments: attacks)
    func refusesWhatTwoServersCouldReadDifferently(text: String, fault: HTTPFault) {
        // Latin-1, so that a high byte is one byte.
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        #expect(Self.parse(bytes).0 == .fault(fault))
        #expect(Self.parseSlowly(bytes).0 == .fault(fault))
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a?b=%20&c=d HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET http://example.test/x HTTP/1.1\r\nHost: example.test\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: \(listed(64))\r\nX63: 1\r\n\r\n",
        "PURGE / HTTP/1.1\r\nhOsT:a\r\nX:\r\nY: \t a\u{e9}\t \r\n\r\n",
    ])
    func acceptsWhatTheGrammarAllows(text: String) {
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        #expect(Self.parse(bytes).0 == .complete)
        #expect(Self.parse(bytes).1.length == bytes.count)
        #expect(Self.parseSlowly(bytes).0 == .complete)
    }

    @Test func readsTheFraming() {
        let framing = { (text: String) in Self.parse(text).1.framing }
        #expect(framing("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == .none)
        #expect(framing("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") == .none)
        #expect(framing("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0017\r\n\r\n") == .length(17))
        #expect(framing("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == .chunked)
    }

    @Test func readsWhetherTheConnectionStays() {
        let stays = { (version: String, value: String) in
            Self.parse("GET / HTTP/\(version)\r\nHost: a\r\nConnection: \(value)\r\n\r\n").1.keepsConnection
        }
        #expect(stays("1.1", "keep-alive"))
        #expect(!stays("1.1", "Close"))
        #expect(!stays("1.1", "x, close ,y"))
        #expect(stays("1.0", "Keep-Alive"))
        #expect(!stays("1.0", "x"))
    }

    @Test func refusesAHeadThatIsTooLargeHoweverItComes() {
        let long =
            Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [UInt8](repeating: 97, count: 17_000) + Array("\r\n\r\n".utf8)
        #expect(Self.parse(long).0 == .fault(.tooLarge))
        #expect(Self.parseSlowly(long).0 == .fault(.tooLarge))
        let many = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: 1\r\n", count: 128) + "\r\n"
        #expect(Self.parse(many).0 == .fault(.tooManyFields))
    }

    @Test func seesThePrefaceOfHTTP2() {
        #expect(Self.parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").0 == .preface)
        var parser = Self.parser(http2: false)
        #expect(Array("PRI * HTTP/2.0\r\n\r\n".utf8).withUnsafeBytes { parser.parse($0) } == .fault(.version))
    }

    @Test func readsTheSameAfterAReset() {
        var parser = Self.parser()
        let first = Array(
            "POST http://b/ HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, x\r\nX: 1\r\nContent-Length: 3\r\n\r\n".utf8)
        let second = Array("GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n".utf8)
        #expect(first.withUnsafeBytes { parser.parse($0) } == .complete)
        parser.reset()
        #expect(second.withUnsafeBytes { parser.parse($0) } == .complete)
        #expect(parser.framing == .none && parser.authority == nil && !parser.isOldVersion && parser.facts.cuts.isEmpty)
        #expect(!parser.facts.saysKeepAlive && parser.length == second.count)
    }
}
