import RolloutTesting
import Testing

@testable import Gateway

/// What the gateway answers itself.
@Suite struct RefusalTests {
    @Test func refusesSmuggledRequestsAndCloses() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            for (text, fault) in RequestParserTests.attacks {
                let socket = try fixture.connect()
                try socket.send(
                    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
                        + Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
                let reply = try socket.receiveResponse()
                #expect(reply.status == fault.status && reply["connection"] == "close", "\(text)")
                #expect(reply.text.contains(fault.rawValue) && reply["x-wasmrollout-host"] == "test-host")
                #expect(try socket.receiveToEnd().isEmpty)
            }
            #expect(backend.requestCount == 0)
        }
    }

    @Test func refusesABrokenBodyAndTellsTheBackendNothingMore() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let reply = try socket.ask(head + "5 \r\nhello\r\n0\r\n\r\n" + get("/smuggled"))
            #expect(reply.status == 400 && reply["connection"] == "close")
            let later = try fixture.connect()
            try later.send(head + "5\r\nhello\r\n")
            let isSeen = await eventually { backend.connectionCount == 1 }
            #expect(isSeen)
            #expect(try later.ask("zz\r\n").status == 400)
            #expect(backend.requestCount == 0)
        }
    }

    static let badResponses = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: \0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: 1", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]

    @Test(arguments: badResponses)
    func answersBadGatewayForAResponseThatCanBeMisread(response: String) async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                try connection.send(response)
                // Time to read it all, unless the test is that it ends here.
                if response.hasSuffix("\n") || response.hasSuffix("hello") { _ = try connection.receive() }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let reply = try socket.ask(get())
            #expect(reply.status == 502 && reply["x-wasmrollout-host"] == "test-host")
            // It was the backend's fault: the client's connection stays.
            #expect(reply["connection"] == nil)
            #expect(try socket.ask(get()).status == 502)
        }
    }

    @Test func holdsRequestsUntilABackendIsReady() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("late")
            defer { backend.stop() }
            let socket = try fixture.connect()
            try socket.send(get("/waits") + get("/too"))
            let isHeld = await eventually { fixture.gateway.metrics().holding == 1 }
            #expect(isHeld)
            fixture.serve(backend)
            #expect(try socket.receiveResponse().text == "late /waits")
            #expect(try socket.receiveResponse().text == "late /too")
            #expect(fixture.gateway.metrics().holding == 0 && fixture.gateway.metrics().heldRequests == 1)
        }
    }

    @Test func answersUnavailableWhenTooManyWait() async throws {
        try await GatewayFixture.with({
            $0.holdTime = .seconds(600); $0.maximumHeldRequests = 2
        }) { fixture in
            let backend = RawBackend.echo("late")
            defer { backend.stop() }
            let sockets = [try fixture.connect(), try fixture.connect()]
            for socket in sockets { try socket.send(get()) }
            let areHeld = await eventually { fixture.gateway.metrics().holding == 2 }
            #expect(areHeld)
            let third = try fixture.ask(get())
            #expect(third.status == 503 && third["retry-after"] == "1" && third.text.contains("too many"))
            fixture.serve(backend)
            for socket in sockets { #expect(try socket.receiveResponse().text == "late /") }
        }
    }

    @Test func answersUnavailableWhenHeldTooLong() async throws {
        try await GatewayFixture.with({ $0.holdTime = .milliseconds(100) }) { fixture in
            let socket = try fixture.connect()
            for request in [get(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"] {
                let reply = try socket.ask(request)
                #expect(reply.status == 503 && reply["retry-after"] == "1" && reply["connection"] == nil)
            }
            #expect(fixture.gateway.metrics().holding == 0)
            #expect(fixture.gateway.metrics().ownResponses[503] == 2)
        }
    }

    @Test func limitsTheTimeForAHeaderAndForIdleness() async throws {
        try await GatewayFixture.with({
            $0.headerTime = .milliseconds(200); $0.idleTime = .milliseconds(300)
        }) { fixture in
            let slow = try fixture.connect()
            try slow.send("GET / HTTP/1.1\r\nHo")
            #expect(try slow.receiveResponse().status == 408)
            let idle = try fixture.connect()
            #expect(try idle.receiveToEnd().isEmpty)
        }
    }

    @Test func limitsTheTimeForABodyAndForAResponse() async throws {
        try await GatewayFixture.with({
            $0.stallTime = .milliseconds(300); $0.responseTime = .milliseconds(300)
        }) { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                _ = try connection.receive()
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let direct = try fixture.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
            #expect(direct.status == 408)
            let second = try fixture.ask(get())
            #expect(second.status == 504)
        }
    }

    @Test(arguments: [1, 4]) func letsNoMoreConnectionsInThanAllowedAndServesTheRestLater(threads: Int) async throws {
        try await GatewayFixture.with({
            $0.maximumConnections = 4
            $0.threads = threads
        }) { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            var sockets: [RawSocket] = []
            for _ in 0..<4 {
                sockets.append(try fixture.connect())
                #expect(try sockets[sockets.count - 1].ask(get()).status == 200)
            }
            // The system queues it; it is served as soon as another one leaves.
            let late = try fixture.connect()
            try late.send(get())
            sockets[0].close()
            #expect(try late.receiveResponse().status == 200)
        }
    }
}
