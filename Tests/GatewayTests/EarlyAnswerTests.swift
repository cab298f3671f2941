import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// A backend that answers before it has the whole request: too large, not allowed, no need to go on. The client must get all of
/// that answer, and nothing that it still sends may be taken for another request.
@Suite struct EarlyAnswerTests {
    /// What a backend does once it has answered.
    enum Afterwards: CaseIterable {
        case readsOn, stopsReading, closes
    }

    static let text = String(repeating: "early ", count: 10_000)
    static let answers = [
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)",
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)",
        "HTTP/1.1 413 Content Too Large\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n\(text)\r\n0\r\n\r\n",
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\n\(text)",
    ]

    /// Answers as soon as it has read a request's head.
    static func hasty(_ answer: String, _ afterwards: Afterwards, _ heads: Heads) -> RawBackend {
        RawBackend { connection, _ in
            heads.add(try connection.receiveHead())
            try connection.send(answer)
            if !answer.contains("Length") && !answer.contains("chunked") {
                // Its end is the answer's end. A reset would be none, and that is what closing with unread data makes.
                connection.closeOutput()
                while true { heads.add(String(decoding: try connection.receive(), as: UTF8.self)) }
            }
            switch afterwards {
            case .readsOn: while true { heads.add(String(decoding: try connection.receive(), as: UTF8.self)) }
            case .stopsReading: while !heads.isOver { usleepBriefly() }
            case .closes: break
            }
        }
    }

    /// Everything that backends were sent.
    final class Heads: Sendable {
        private let text = Mutex("")
        private let over = Atomic<Bool>(false)

        func add(_ more: String) { text.withLock { $0 += more } }
        func has(_ words: String) -> Bool { text.withLock { $0.contains(words) } }
        var isOver: Bool { over.load(ordering: .relaxed) }
        func end() { over.store(true, ordering: .relaxed) }
    }

    static let uploads = [
        "Content-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 1_000_000),
        "Transfer-Encoding: chunked\r\n\r\n"
            + String(repeating: "3e8\r\n" + String(repeating: "x", count: 1000) + "\r\n", count: 1000) + "0\r\n\r\n",
    ]

    @Test(arguments: answers, Afterwards.allCases)
    func theClientGetsAllOfItHoweverMuchItStillSends(answer: String, afterwards: Afterwards) async throws {
        try await GatewayFixture.with { fixture in
            let heads = Heads()
            let backend = Self.hasty(answer, afterwards, heads)
            defer { heads.end(); backend.stop() }
            fixture.serve(backend)
            for upload in Self.uploads {
                let answered = fixture.totals.responses[3]
                let socket = try fixture.connect()
                // Not read before all is sent: a close that throws away what still comes would take the answer with it.
                try socket.send("POST / HTTP/1.1\r\nHost: a\r\n" + upload.prefix(2000))
                let isAnswered = await eventually { fixture.totals.responses[3] > answered }
                #expect(isAnswered)
                try socket.send(upload.dropFirst(2000) + get("/smuggled"))
                let reply = try socket.receiveResponse()
                #expect(reply.status == 413 && reply.text == Self.text)
                #expect(reply.values("connection") == ["close"])
                #expect(try socket.receiveToEnd().isEmpty)
            }
            #expect(!heads.has("/smuggled"))
        }
    }

    @Test(arguments: [true, false])
    func anExpectationThatIsNotMetEndsTheConnection(sendsBodyAnyway: Bool) async throws {
        try await GatewayFixture.with { fixture in
            let heads = Heads()
            let backend = Self.hasty(Self.answers[0], .readsOn, heads)
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let reply = try socket.ask("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(reply.status == 413 && reply.text == Self.text && reply.values("connection") == ["close"])
            // Only one of the two readings of these bytes is a request, and which one nobody but the client knows.
            try socket.send(sendsBodyAnyway ? "hello" + get("/smuggled") : get("/smuggled"))
            #expect(try socket.receiveToEnd().isEmpty)
            #expect(heads.has("Expect: 100-continue") && !heads.has("/smuggled"))
            let next = try fixture.ask(get("/next"))
            #expect(next.status == 413)
        }
    }

    /// RFC 9112, section 9.3: a client may leave out the rest of a body that was answered.
    @Test(arguments: [true, false])
    func aClientMayStopItsUploadAndReadOn(closesOutput: Bool) async throws {
        try await GatewayFixture.with({ $0.stallTime = .milliseconds(400) }) { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                try connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n")
                // Longer than an upload may stand still that nobody has answered.
                for _ in 0..<100 {
                    try connection.send("x")
                    for _ in 0..<10 { usleepBriefly() }
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning")
            #expect(RawMessage(head: try socket.receiveHead()).status == 403)
            if closesOutput { socket.closeOutput() }
            #expect(try socket.receiveToEnd() == [UInt8](repeating: UInt8(ascii: "x"), count: 100))
        }
    }

    @Test func neitherSideMayStandStillForEver() async throws {
        try await GatewayFixture.with({ $0.stallTime = .milliseconds(200) }) { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning")
                while true { _ = try connection.receive() }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning")
            _ = try socket.receiveHead()
            #expect(throws: RawSocket.Ending.broken(104)) { try socket.receiveToEnd() }
            #expect(fixture.totals.inFlight == 0)
        }
    }

    @Test func whoMustUpgradeIsToldThatTheConnectionEnds() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                while true {
                    let head = try connection.receiveHead()
                    try connection.send(
                        "HTTP/1.1 426 Upgrade Required\r\nConnection: upgrade\r\nUpgrade: tls/1.3\r\nContent-Length: 0\r\n\r\n")
                    if head.contains("POST") { _ = try connection.receive() }
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            #expect(try socket.ask(get())["connection"] == "upgrade")
            let reply = try socket.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
            #expect(reply.status == 426 && reply["upgrade"] == "tls/1.3" && reply["connection"] == "upgrade, close")
            try socket.send("hello")
            #expect(try socket.receiveToEnd().isEmpty)
        }
    }

    @Test func theGatewaysOwnAnswerEndsTheConnectionToo() async throws {
        try await GatewayFixture.with({ $0.holdTime = .milliseconds(50) }) { fixture in
            let socket = try fixture.connect()
            let reply = try socket.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            #expect(reply.status == 503 && reply["connection"] == "close")
            try socket.send(String(repeating: "x", count: 1_000_000) + get("/smuggled"))
            #expect(try socket.receiveToEnd().isEmpty)
        }
    }
}
