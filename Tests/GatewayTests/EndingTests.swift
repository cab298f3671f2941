import Glibc
import NIOCore
import RolloutTesting
import Testing

@testable import Gateway

/// Ends that come in an order that is easily got wrong.
@Suite struct EndingTests {
    /// `(printf 'GET …'; printf '\r\n') | nc -N`, and old clients that put an empty line behind a body.
    @Test(arguments: ["\r\n", "\r"]) func anEmptyLineBehindTheLastRequestKeepsNoConnection(rest: String) async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            try await sendAndEnd(get() + rest, fixture, backend)
            #expect(await eventually { fixture.gateway.metrics().openConnections == 0 })
        }
    }

    /// Sends all of it and the client's end before anybody serves; the first request is answered, and then the connection ends.
    private func sendAndEnd(_ text: String, _ fixture: GatewayFixture, _ backend: RawBackend) async throws {
        let socket = try fixture.connect()
        try socket.send(text)
        socket.closeOutput()
        #expect(await eventually { fixture.gateway.metrics().holding == 1 && fixture.hasRead(socket) })
        fixture.serve(backend)
        var answer = try socket.receiveResponse()
        // A client that ended its side and waits may be asked first whether it is still there.
        while answer.status < 200 { answer = try socket.receiveResponse() }
        #expect(answer.text == "one /")
        #expect(try socket.receiveToEnd().isEmpty)
    }

    @Test func aPipelinedRequestThatIsCutShortIsNobodys() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello"
            try await sendAndEnd(get() + post, fixture, backend)
            #expect(await eventually { fixture.totals.inFlight == 0 })
            #expect(backend.requestCount == 1 && fixture.totals.errors == 0)
        }
    }

    /// What fails twice, by its status and by its length, is one error.
    @Test func anErrorThatIsBrokenOffCountsOnce() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 500 Broken\r\nContent-Length: 100\r\n\r\nhalf")
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(get())
            #expect(throws: RawSocket.Ending.broken(ECONNRESET)) { try socket.receiveToEnd() }
            #expect(fixture.totals.errors == 1 && fixture.totals.answers == 1)
        }
    }

    /// Sending is what meets the reset then, and the system shows an end in its place to whoever reads.
    @Test func aResetWithinAResponseOfUnknownLengthIsNotItsEnd() async throws {
        try await GatewayFixture.with { fixture in
            let (mayReset, hasReset) = (Flag(), Flag())
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                try connection.send("HTTP/1.1 200 OK\r\n\r\npart of it")
                while !mayReset.isRaised { usleepBriefly() }
                connection.reset()
                hasReset.raise()
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nx")
            _ = try socket.receiveHead()
            #expect(try socket.receive(exactly: 10) == Array("part of it".utf8))
            // The event loop stands still, so that it meets the client's bytes first, and finds both in one round.
            let (stands, mayGo) = (Flag(), Flag())
            let idles = Flag()
            fixture.gateway.pulse { idles.raise() }
            #expect(await eventually { idles.isRaised })
            fixture.gateway.pulse {
                stands.raise()
                while !mayGo.isRaised { usleepBriefly() }
            }
            let isStanding = await eventually { stands.isRaised }
            try socket.send(String(repeating: "y", count: 1000))
            mayReset.raise()
            let isReset = await eventually { hasReset.isRaised }
            mayGo.raise()
            #expect(isStanding && isReset)
            #expect(throws: RawSocket.Ending.broken(ECONNRESET)) { try socket.receiveToEnd() }
            #expect(await eventually { fixture.totals.truncated == 1 })
        }
    }

    @Test func whatThisHostLacksIsNoFaultOfARelease() {
        for code in [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL] {
            #expect(FrontConnection.isOfThisHost(IOError(errnoCode: code, reason: "connect")))
        }
        for code in [ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH] {
            #expect(!FrontConnection.isOfThisHost(IOError(errnoCode: code, reason: "connect")))
        }
    }
}
