import Glibc
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Clients that are gone, and clients that only look like it.
@Suite struct GoneClientTests {
    /// Answers when it is told to; counts the connections that ended before.
    private final class Patient: Sendable {
        let ended = Mutex(0)
        let seen = Mutex(0)
        let mayAnswer = Mutex(false)

        func backend() -> RawBackend {
            RawBackend { [self] connection, _ in
                while true {
                    _ = try connection.receiveRequest()
                    seen.withLock { $0 += 1 }
                    onThread {
                        if (try? connection.receive()) == nil { self.ended.withLock { $0 += 1 } }
                    }
                    while !mayAnswer.withLock({ $0 }), ended.withLock({ $0 }) == 0 { usleepBriefly() }
                    try connection.send(ok("patience"))
                }
            }
        }
    }

    private static let requests = [
        get("/x"), "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
        get() + get("/next"),
    ]

    @Test(arguments: requests) func endsWhatIsDoneForAClientThatClosed(request: String) async throws {
        try await GatewayFixture.with { fixture in
            let patient = Patient()
            let backend = patient.backend()
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(request)
            let isSeen = await eventually { patient.seen.withLock { $0 } == 1 }
            #expect(isSeen)
            socket.close()
            let hasEnded = await eventually {
                patient.ended.withLock { $0 } == 1 && fixture.totals.inFlight == 0
                    && fixture.gateway.metrics().openConnections == 0
            }
            #expect(hasEnded)
            // The release did nothing wrong.
            #expect(fixture.totals.abandoned == 1 && fixture.totals.errors == 0)
        }
    }

    @Test func answersAClientThatOnlyEndedItsSide() async throws {
        try await GatewayFixture.with { fixture in
            let patient = Patient()
            let backend = patient.backend()
            defer { backend.stop() }
            fixture.serve(backend)
            // HTTP/1.0 knows no interim responses.
            let old = try fixture.connect()
            try old.send("GET / HTTP/1.0\r\n\r\n")
            old.closeOutput()
            let socket = try fixture.connect()
            try socket.send(get())
            socket.closeOutput()
            #expect(try socket.receiveHead() == "HTTP/1.1 100 Continue\r\n\r\n")
            patient.mayAnswer.withLock { $0 = true }
            let answer = try socket.receiveResponse()
            #expect(answer.status == 200 && answer.text == "patience" && answer["connection"] == "close")
            #expect(try socket.receiveToEnd().isEmpty)
            let direct = try old.receiveResponse()
            #expect(direct.status == 200 && direct.text == "patience")
            #expect(try old.receiveToEnd().isEmpty)
            #expect(fixture.totals.abandoned == 0)
        }
    }

    @Test func putsNothingIntoAResponseThatHasBegun() async throws {
        try await GatewayFixture.with { fixture in
            let mayEnd = Mutex(false)
            let slow = SwitchingTests.slow { mayEnd.withLock { $0 } }
            defer { slow.stop() }
            fixture.serve(slow)
            let begun = try fixture.connect()
            try begun.send(get())
            _ = try begun.receiveHead()
            begun.closeOutput()
            // By the time this one was asked the other would have been.
            let waiting = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                while !mayEnd.withLock({ $0 }) { usleepBriefly() }
                try connection.send(ok("late"))
            }
            defer { waiting.stop() }
            fixture.serve(waiting, as: 2)
            let other = try fixture.connect()
            try other.send(get())
            other.closeOutput()
            #expect(try other.receiveHead().contains(" 100 "))
            mayEnd.withLock { $0 = true }
            #expect(try begun.receiveToEnd() == Array("first-last".utf8))
        }
    }

    /// What ends a tunnel whose client vanished: nothing is sent in it, and nothing times it out.
    @Test func hasTheSystemAskWhoIsThere() async throws {
        try await GatewayFixture.with { fixture in
            let socket = try fixture.connect()
            let isAsked = await eventually { Self.hasTimer(local: fixture.port, remote: Self.port(of: socket)) }
            #expect(isAsked)
        }
    }

    private static func port(of socket: RawSocket) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket.descriptor, $0, &length) }
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    /// Whether the system's own timer runs for an established connection that has nothing to send: `02` in /proc/net/tcp.
    private static func hasTimer(local: Int, remote: Int) -> Bool {
        guard let file = fopen("/proc/self/net/tcp", "r") else { return false }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, CInt(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
                separator: " ")
            guard words.count > 5, words[3] == "01", port(words[1]) == local, port(words[2]) == remote else { continue }
            return words[5].hasPrefix("02:")
        }
        return false
    }

    private static func port(_ word: Substring) -> Int? { word.split(separator: ":").last.flatMap { Int($0, radix: 16) } }
}
