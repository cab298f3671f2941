import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Requests sent before their answers are read.
@Suite struct PipeliningTests {
    static let body = String(repeating: "0123456789abcdef", count: 4096)

    /// A client that asks and does not read must not fill the gateway's memory with answers.
    @Test func asksNoMoreForAClientThatDoesNotRead() async throws {
        try await GatewayFixture.with { fixture in
            // Small enough to come in one read: a larger one waits for the client by itself.
            let body = String(Self.body.prefix(8 << 10))
            let backend = RawBackend.http { ok(body, "X-Target: \($0.startLine.split(separator: " ")[1])\r\n") }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 16 << 10)
            let count = 4000
            onThread { try? socket.send((0..<count).map { get("/\($0)") }.joined()) }
            var last = -1
            let standsStill = await eventually {
                try? await Task.sleep(for: .milliseconds(200))
                let now = backend.requestCount
                defer { last = now }
                return now > 0 && now == last
            }
            #expect(standsStill)
            // What the system's own buffers take, and one answer.
            #expect(fixture.totals.bytesToClient < 16 << 20)
            for number in 0..<count {
                let reply = try socket.receiveResponse()
                guard reply["x-target"] == "/\(number)", reply.body.count == body.utf8.count else {
                    Issue.record("answer \(number) is \(reply.head)")
                    break
                }
            }
            #expect(backend.requestCount == count && backend.connectionCount == 1)
        }
    }

    /// `printf … | nc -N`: the client's side ends with its last request, and it still wants all answers.
    @Test func answersAllThatCameBeforeTheClientsEnd() async throws {
        try await GatewayFixture.with { fixture in
            let release = Atomic<Bool>(false)
            let backend = RawBackend.http { request in
                while !release.load(ordering: .relaxed) { usleepBriefly() }
                return ok(String(request.startLine.split(separator: " ")[1]) + Self.body)
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 16 << 10)
            try socket.send((0..<20).map { get("/\($0)") }.joined() + "GET /cut-off HT")
            socket.closeOutput()
            release.store(true, ordering: .relaxed)
            for number in 0..<20 { #expect(try socket.receiveResponse().text == "/\(number)" + Self.body) }
            #expect(try socket.receiveToEnd().isEmpty)
            let areClosed = await eventually { fixture.gateway.metrics().openConnections == 0 }
            #expect(areClosed)
        }
    }

    @Test func theLastAnswerSaysThatTheConnectionEnds() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            let socket = try fixture.connect()
            try socket.send(get("/1") + get("/2"))
            socket.closeOutput()
            let isHeld = await eventually { fixture.gateway.metrics().holding == 1 }
            #expect(isHeld)
            fixture.serve(backend)
            let (first, second) = (try socket.receiveResponse(), try socket.receiveResponse())
            #expect(first.text == "one /1" && first["connection"] == nil)
            #expect(second.text == "one /2" && second["connection"] == "close")
            #expect(try socket.receiveToEnd().isEmpty)
        }
    }
}
