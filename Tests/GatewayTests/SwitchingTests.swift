import RolloutCore
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Traffic that moves, and backends that finish what they have.
@Suite struct SwitchingTests {
    @Test func switchesBetweenTwoRequestsOfOneConnection() async throws {
        try await GatewayFixture.with { fixture in
            let (one, two) = (RawBackend.echo("one"), RawBackend.echo("two"))
            defer { one.stop(); two.stop() }
            let socket = try fixture.connect()
            let old = fixture.serve(one, as: 1)
            #expect(try socket.ask(get()).text == "one /")
            let new = fixture.serve(two, as: 2, fallback: old)
            #expect(try socket.ask(get()).text == "two /")
            fixture.gateway.switchTraffic(to: old, fallback: new)
            #expect(try socket.ask(get()).text == "one /")
        }
    }

    /// Sends the second half of its response only when told.
    static func slow(_ isReleased: @escaping @Sendable () -> Bool) -> RawBackend {
        RawBackend { connection, _ in
            _ = try connection.receiveHead()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
            while !isReleased() { usleepBriefly() }
            try connection.send("-last")
            _ = try connection.receive()
        }
    }

    @Test func drainsToTheLastByteOfAResponse() async throws {
        try await GatewayFixture.with { fixture in
            let release = Mutex(false)
            let (slow, next) = (Self.slow { release.withLock { $0 } }, RawBackend.echo("next"))
            defer { slow.stop(); next.stop() }
            let old = fixture.serve(slow, as: 1)
            let socket = try fixture.connect()
            try socket.send(get())
            _ = try socket.receiveHead()
            fixture.serve(next, as: 2)
            async let outcome = fixture.gateway.drain(old, within: .seconds(30))
            let direct = try fixture.ask(get())
            #expect(direct.text == "next /")
            let isOneLeft = await eventually { fixture.totals.inFlight == 1 }
            #expect(isOneLeft)
            release.withLock { $0 = true }
            #expect(try socket.receive(exactly: 10) == Array("first-last".utf8))
            #expect(await outcome == .drained)
            #expect(try socket.ask(get()).text == "next /")
        }
    }

    @Test func drainsToTheLastByteOfAnUpload() async throws {
        try await GatewayFixture.with { fixture in
            let (one, two) = (RawBackend.echo("one"), RawBackend.echo("two"))
            defer { one.stop(); two.stop() }
            let old = fixture.serve(one, as: 1)
            let socket = try fixture.connect()
            try socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst")
            let isUnderway = await eventually { fixture.totals.inFlight == 1 }
            #expect(isUnderway)
            fixture.serve(two, as: 2)
            async let outcome = fixture.gateway.drain(old, within: .seconds(30))
            let reply = try socket.ask("-last")
            #expect(reply.text == "first-last" && reply["x-backend"] == "one")
            #expect(await outcome == .drained)
        }
    }

    @Test func cutsWhatDoesNotEndInTime() async throws {
        try await GatewayFixture.with { fixture in
            let (slow, next) = (Self.slow { false }, RawBackend.echo("next"))
            defer { slow.stop(); next.stop() }
            let old = fixture.serve(slow, as: 1)
            let socket = try fixture.connect()
            try socket.send(get())
            _ = try socket.receiveHead()
            fixture.serve(next, as: 2)
            #expect(await fixture.gateway.drain(old, within: .milliseconds(100)) == .cut(inFlight: 1))
            #expect(throws: RawSocket.Ending.self) { try socket.receive(exactly: 10) }
            #expect(await fixture.gateway.drain(old, within: .seconds(1)) == .drained)
            fixture.gateway.remove(old)
        }
    }

    @Test func doesNotWaitForABackendThatDiedWhileItDrained() async throws {
        try await GatewayFixture.with { fixture in
            let slow = Self.slow { false }
            let old = fixture.serve(slow, as: 1)
            let socket = try fixture.connect()
            try socket.send(get())
            _ = try socket.receiveHead()
            let isDrained = Atomic<Bool>(false)
            let draining = Task {
                defer { isDrained.store(true, ordering: .releasing) }
                return await fixture.gateway.drain(old, within: .seconds(3600))
            }
            fixture.gateway.backendExited(old)
            slow.stop()
            #expect(throws: RawSocket.Ending.self) { try socket.receive(exactly: 10) }
            let hasDrained = await eventually { isDrained.load(ordering: .acquiring) }
            #expect(hasDrained)
            if !hasDrained { fixture.gateway.remove(old) }
            #expect(await draining.value == .drained)
        }
    }

    @Test func closesUnusedConnectionsWhenItDrains() async throws {
        try await GatewayFixture.with { fixture in
            let ended = Mutex(false)
            let one = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                try connection.send(ok("one"))
                if (try? connection.receive()) == nil { ended.withLock { $0 = true } }
            }
            defer { one.stop() }
            let old = fixture.serve(one)
            let direct = try fixture.ask(get())
            #expect(direct.text == "one")
            fixture.gateway.switchTraffic(to: nil, fallback: nil)
            #expect(await fixture.gateway.drain(old, within: .seconds(5)) == .drained)
            let hasEnded = await eventually { ended.withLock { $0 } }
            #expect(hasEnded)
        }
    }

    @Test func passesSwitchedProtocolsThroughAndCountsThemUntilTheyEnd() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                let head = try connection.receiveHead()
                let fields = RawMessage(head: head, body: [])
                guard fields["upgrade"] == "websocket", fields["connection"] == "upgrade" else { return }
                try connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi!")
                while true { try connection.send(try connection.receive()) }
            }
            defer { backend.stop() }
            let id = fixture.serve(backend)
            let socket = try fixture.connect()
            let reply = try socket.ask(get("/", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"), toHead: true)
            #expect(reply.status == 101 && reply["upgrade"] == "websocket" && reply["connection"] == "upgrade")
            #expect(try socket.receive(exactly: 3) == Array("hi!".utf8))
            try socket.send("\0\u{1}anything")
            #expect(try socket.receive(exactly: 10) == Array("\0\u{1}anything".utf8))
            #expect(fixture.totals.inFlight == 1 && fixture.totals.tunnels == 1)
            async let outcome = fixture.gateway.drain(id, within: .seconds(30))
            socket.closeOutput()
            #expect(try socket.receiveToEnd().isEmpty)
            #expect(await outcome == .drained)
        }
    }

    @Test func cutsTunnelsAtTheDeadline() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in while true { try connection.send(try connection.receive()) } }
            defer { backend.stop() }
            let id = fixture.serve(backend)
            let socket = try fixture.connect()
            // What speaks HTTP/2 from the first byte is passed through from the first byte.
            let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0"
            try socket.send(preface)
            #expect(try socket.receive(exactly: preface.utf8.count) == Array(preface.utf8))
            #expect(await fixture.gateway.drain(id, within: .milliseconds(50)) == .cut(inFlight: 1))
            #expect(throws: RawSocket.Ending.self) { try socket.receive() }
        }
    }

    @Test func doesNotSwitchToWhatItCannotSeeInto() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.http { ok($0.head) }
            defer { backend.stop() }
            fixture.serve(backend)
            let reply = try fixture.ask(
                get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"))
            let sent = RawMessage(head: reply.text, body: [])
            #expect(sent["upgrade"] == nil && sent["http2-settings"] == nil && sent["connection"] == nil)
        }
    }

    @Test func closesWithoutFailingARequest() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            let (busy, idle) = (try fixture.connect(), try fixture.connect())
            #expect(try idle.ask(get()).status == 200)
            try busy.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst")
            let closing = Task { await fixture.gateway.quiesce(accepting: .seconds(600), within: .seconds(60)) }
            let isQuiescing = await eventually { !fixture.gateway.isAccepting }
            #expect(isQuiescing)
            let direct = try fixture.ask(get())
            #expect(direct["connection"] == nil)
            closing.cancel()
            #expect(try idle.receiveToEnd().isEmpty)
            let reply = try busy.ask("-last")
            #expect(reply.text == "first-last" && reply["connection"] == "close")
            busy.close()
            await closing.value
            #expect(throws: RawSocket.Ending.self) { try RawSocket.connect(port: fixture.port).ask(get()) }
        }
    }
}
