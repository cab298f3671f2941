import RolloutCore
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Backends that fail, and which requests are sent again.
@Suite struct FailureTests {
    /// Answers the first `count` requests of each connection, then does `last` to it after it has read one more.
    static func failing(after count: Int, _ last: @escaping @Sendable (RawSocket) throws -> Void) -> RawBackend {
        let box = Mutex<RawBackend?>(nil)
        let backend = RawBackend { connection, _ in
            for _ in 0..<count {
                _ = try connection.receiveRequest()
                try connection.send(ok("before"))
            }
            _ = try connection.receiveRequest()
            box.withLock { $0?.countRequest() }
            try last(connection)
        }
        box.withLock { $0 = backend }
        return backend
    }

    @Test func repeatsASafeRequestThatGotNoAnswerOnAnotherBackend() async throws {
        try await GatewayFixture.with { fixture in
            let bad = Self.failing(after: 0) { $0.reset() }
            let good = RawBackend.echo("good")
            defer { bad.stop(); good.stop() }
            fixture.serve(bad, as: 1, fallback: fixture.warm(good, as: 2))
            let direct = try fixture.ask(get("/x"))
            #expect(direct.text == "good /x")
            #expect(bad.requestCount == 1)
        }
    }

    @Test func neverRepeatsWhatMayHaveBeenSeen() async throws {
        try await GatewayFixture.with { fixture in
            let bad = Self.failing(after: 0) { $0.reset() }
            let good = RawBackend.echo("good")
            defer { bad.stop(); good.stop() }
            fixture.serve(bad, as: 1, fallback: fixture.warm(good, as: 2))
            let socket = try fixture.connect()
            #expect(try socket.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").status == 502)
            #expect(try socket.ask("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n").status == 502)
            #expect(try socket.ask("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").status == 502)
            #expect(bad.requestCount == 3 && good.requestCount == 0)
        }
    }

    @Test func neverRepeatsWhatWasAnsweredInPart() async throws {
        try await GatewayFixture.with { fixture in
            let bad = Self.failing(after: 0) { try $0.send("HTTP/1.1 200 OK\r\nContent-Le") }
            let good = RawBackend.echo("good")
            defer { bad.stop(); good.stop() }
            fixture.serve(bad, as: 1, fallback: fixture.warm(good, as: 2))
            let direct = try fixture.ask(get())
            #expect(direct.status == 502)
            #expect(good.requestCount == 0)
        }
    }

    @Test func givesUpAfterAFewAttempts() async throws {
        try await GatewayFixture.with { fixture in
            let bad = Self.failing(after: 0) { $0.reset() }
            defer { bad.stop() }
            fixture.serve(bad)
            let direct = try fixture.ask(get())
            #expect(direct.status == 502)
            #expect(bad.requestCount == 3)
        }
    }

    @Test func breaksTheClientOffWhenABodyIsCutShort() async throws {
        try await GatewayFixture.with { fixture in
            let responses = [
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            ]
            for response in responses {
                let bad = Self.failing(after: 0) { try $0.send(response) }
                defer { bad.stop() }
                fixture.serve(bad, as: UInt64(bad.port))
                let socket = try fixture.connect()
                #expect(throws: RawSocket.Ending.self) { try socket.ask(get()) }
            }
        }
    }

    @Test func doesNotTakeAResetForTheEndOfAResponse() async throws {
        try await GatewayFixture.with { fixture in
            let seen = Mutex(false)
            let bad = Self.failing(after: 0) { connection in
                try connection.send("HTTP/1.1 200 OK\r\n\r\npart of it")
                while !seen.withLock({ $0 }) { usleepBriefly() }
                connection.reset()
            }
            defer { bad.stop() }
            fixture.serve(bad)
            let socket = try fixture.connect()
            try socket.send(get())
            _ = try socket.receiveHead()
            #expect(try socket.receive(exactly: 10) == Array("part of it".utf8))
            seen.withLock { $0 = true }
            #expect(throws: RawSocket.Ending.broken(104)) { try socket.receiveToEnd() }
        }
    }

    /// The backend closes each connection after one response without saying so: the race of every keep-alive.
    @Test func neverFailsOnAKeptConnectionThatTheBackendClosed() async throws {
        try await GatewayFixture.with { fixture in
            let closed = Mutex(0)
            let backend = RawBackend { connection, _ in
                let request = try connection.receiveRequest()
                try connection.send(ok(request.text.isEmpty ? "got" : request.text))
                connection.close()
                closed.withLock { $0 += 1 }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            for number in 0..<300 {
                // A GET may meet the end at any moment. What cannot be repeated must at least never be sent into an end
                // that is there already, whether or not the event loop has heard of it.
                let isPost = number % 2 == 0
                if isPost { while closed.withLock({ $0 }) < number { usleepBriefly() } }
                let reply = try socket.ask(isPost ? "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody" : get())
                #expect(reply.status == 200 && reply.text == (isPost ? "body" : "got"))
            }
        }
    }

    @Test func fallsBackAtOnceWhenNobodyListens() async throws {
        try await GatewayFixture.with { fixture in
            let (dead, good) = (RawBackend.echo("dead"), RawBackend.echo("good"))
            defer { good.stop() }
            let fallback = fixture.warm(good, as: 2)
            let id = fixture.serve(dead, as: 1, fallback: fallback)
            let socket = try fixture.connect()
            #expect(try socket.ask(get("/1")).text == "dead /1")
            dead.stop()
            for number in 0..<20 {
                let reply = try socket.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\(10 + number)")
                #expect(reply.text == "\(10 + number)" && reply["x-backend"] == "good")
            }
            var events: [GatewayEvent] = []
            for await event in fixture.gateway.events {
                events.append(event)
                if events.count == 2 { break }
            }
            #expect(events == [.backendUnreachable(id), .fellBack(from: id, to: fallback)])
        }
    }

    @Test func movesTrafficWhenTheAgentSaysThatABackendExited() async throws {
        try await GatewayFixture.with { fixture in
            let (one, two) = (RawBackend.echo("one"), RawBackend.echo("two"))
            defer { one.stop(); two.stop() }
            let fallback = fixture.warm(two, as: 2)
            let id = fixture.serve(one, as: 1, fallback: fallback)
            let socket = try fixture.connect()
            #expect(try socket.ask(get()).text == "one /")
            fixture.gateway.backendExited(id)
            #expect(try socket.ask(get()).text == "two /")
            fixture.gateway.backendExited(fallback)
            try socket.send(get("/held"))
            let isHeld = await eventually { fixture.gateway.metrics().holding == 1 }
            #expect(isHeld)
            let again = RawBackend.echo("again")
            defer { again.stop() }
            fixture.serve(again, as: 3)
            #expect(try socket.receiveResponse().text == "again /held")
        }
    }

    @Test func waitsForABackendThatStartsAgainOnItsPort() async throws {
        try await GatewayFixture.with { fixture in
            let first = RawBackend.echo("first")
            let port = first.port
            fixture.serve(first)
            let socket = try fixture.connect()
            #expect(try socket.ask(get()).text == "first /")
            first.stop()
            try socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
            let isHeld = await eventually { fixture.gateway.metrics().holding == 1 }
            #expect(isHeld)
            let second = RawBackend.echo("second", port: port)
            defer { second.stop() }
            #expect(try socket.receiveResponse().text == "hi")
            // However often it was tried meanwhile, it is one request that waited.
            #expect(fixture.gateway.metrics().heldRequests == 1)
        }
    }

    @Test func ignoresWhatABackendSaysUnasked() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, number in
                _ = try connection.receiveRequest()
                // A second response that nobody asked for must not answer the next request.
                try connection.send(ok("\(number)") + ok("poison"))
                _ = try connection.receive()
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            for number in 0..<5 { #expect(try socket.ask(get()).text == "\(number)") }
        }
    }

    @Test func endsTheBackendsWorkWhenTheClientIsGone() async throws {
        try await GatewayFixture.with { fixture in
            let ended = Mutex(0)
            let seen = Mutex(false)
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                seen.withLock { $0 = true }
                do { _ = try connection.receive() } catch { ended.withLock { $0 += 1 } }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(get())
            let isSeen = await eventually { seen.withLock { $0 } }
            #expect(isSeen)
            socket.reset()
            let hasEnded = await eventually { ended.withLock { $0 } == 1 && fixture.totals.inFlight == 0 }
            #expect(hasEnded)
        }
    }
}
