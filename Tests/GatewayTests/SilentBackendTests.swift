import Logging
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Backends that neither answer nor close.
@Suite struct SilentBackendTests {
    private static let limit: @Sendable (inout GatewayConfiguration) -> Void = { $0.responseTime = .milliseconds(300) }

    /// Reads a request, sends `beginning`, and nothing more until the other side ends. Whoever asks for `/well` gets an answer.
    private static func silent(after beginning: String = "") -> RawBackend {
        RawBackend { connection, _ in
            while true {
                let request = try connection.receiveRequest()
                guard request.startLine.contains("/well") else {
                    try connection.send(beginning)
                    _ = try connection.receive()
                    return
                }
                try connection.send(ok("well"))
            }
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n"])
    func isAnsweredForWhenItDoesNotAnswer(beginning: String) async throws {
        try await GatewayFixture.with(Self.limit) { fixture in
            let backend = Self.silent(after: beginning)
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            var reply = try socket.ask(get())
            if reply.status == 100 { reply = try socket.receiveResponse() }
            #expect(reply.status == 504 && reply["connection"] == nil)
            #expect(fixture.totals.unanswered == 1 && fixture.totals.errors == 1 && fixture.totals.inFlight == 0)
            // Nothing that may still come on that connection answers another request.
            #expect(try socket.ask(get("/well")).text == "well")
            #expect(backend.connectionCount == 2)
        }
    }

    @Test func isBrokenOffWhenItStopsInTheMiddle() async throws {
        let warnings = Mutex<[String]>([])
        let logger = Logger(label: "gateway") { _ in RecordingLog { message in warnings.withLock { $0.append(message) } } }
        try await GatewayFixture.with(Self.limit, logger: logger) { fixture in
            let backend = Self.silent(after: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(get())
            _ = try socket.receiveHead()
            #expect(throws: RawSocket.Ending.broken(104)) { try socket.receiveToEnd() }
            #expect(fixture.totals.truncated == 1 && fixture.totals.errors == 1 && fixture.totals.abandoned == 0)
            #expect(warnings.withLock { $0 } == ["A backend stopped in the middle of a response"])
        }
    }

    @Test func isAnsweredForWhenItTakesNothing() async throws {
        try await GatewayFixture.with(Self.limit) { fixture in
            let isOver = Mutex(false)
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                while !isOver.withLock({ $0 }) { usleepBriefly() }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            // More than all the systems' buffers on the way hold.
            let size = 64 << 20
            onThread {
                try? socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
                try? socket.send([UInt8](repeating: 120, count: size))
            }
            #expect(try socket.receiveResponse().status == 504)
            #expect(fixture.totals.unanswered == 1)
            isOver.withLock { $0 = true }
        }
    }

    /// The mirror image of a reader that is slow and not dead.
    @Test func mayTakeLongerThanTheLimitAsLongAsItReads() async throws {
        try await GatewayFixture.with({ $0.responseTime = .seconds(3) }) { fixture in
            // The systems' buffers hold some megabytes, which is what the gateway cannot see the backend read.
            let size = 48 << 20
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                let begun = ContinuousClock.now
                var left = size
                while left > 0 {
                    left -= try connection.receive(atMost: min(left, 64 << 10)).count
                    let share = Duration.seconds(9) * (Double(size - left) / Double(size))
                    while ContinuousClock.now - begun < share { usleepBriefly() }
                }
                try connection.send(ok("all of it"))
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            onThread {
                try? socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
                try? socket.send([UInt8](repeating: 120, count: size))
            }
            #expect(try socket.receiveResponse().text == "all of it")
        }
    }

    @Test func isNotAskedAgainWhenItDidNotSwitchProtocols() async throws {
        try await GatewayFixture.with { fixture in
            // As servers do whose parser stops at a request to switch: it answers, and reads no more.
            let isOver = Mutex(false)
            let backend = RawBackend { connection, _ in
                let request = try connection.receiveRequest()
                try connection.send(ok("plain"))
                if request["upgrade"] == nil { return }
                while !isOver.withLock({ $0 }) { usleepBriefly() }
            }
            defer {
                isOver.withLock { $0 = true }
                backend.stop()
            }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            for _ in 0..<3 {
                #expect(try socket.ask(get("/", upgrade)).text == "plain")
                #expect(try socket.ask(get()).text == "plain")
            }
            #expect(backend.connectionCount == 6)
        }
    }
}
