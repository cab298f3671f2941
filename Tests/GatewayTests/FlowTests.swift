import Glibc
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Large bodies, slow readers.
@Suite struct FlowTests {
    @Test func carriesLargeBodiesBothWaysUnchanged() async throws {
        try await GatewayFixture.with { fixture in
            let size = 20 << 20
            let backend = RawBackend { connection, _ in
                let head = RawMessage(head: try connection.receiveHead(), body: [])
                guard head["content-length"] == "\(size)" else { return }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                var left = size
                while left > 0 {
                    let bytes = try connection.receive()
                    left -= bytes.count
                    try connection.send(bytes)
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let words = (0..<size / 8).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 }
            let body = words.withUnsafeBytes { Array($0) }
            onThread { try? socket.send(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n".utf8) + body) }
            _ = try socket.receiveHead()
            #expect(try socket.receive(exactly: size) == body)
        }
    }

    /// A client that does not read must not make the gateway read: what it took from the backend is what it holds.
    @Test func readsNoFasterThanTheClient() async throws {
        try await GatewayFixture.with { fixture in
            let sent = Mutex(0)
            let size = 256 << 20
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                let block = [UInt8](repeating: 120, count: 64 << 10)
                for _ in 0..<size / block.count {
                    try connection.send(block)
                    sent.withLock { $0 += block.count }
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 16 << 10)
            try socket.send(get())
            _ = try socket.receiveHead()
            // Wait until the backend stands still.
            var last = -1
            let standsStill = await eventually {
                try? await Task.sleep(for: .milliseconds(200))
                let now = sent.withLock { $0 }
                defer { last = now }
                return now > 0 && now == last
            }
            #expect(standsStill)
            // The system's socket buffers hold some megabytes; the gateway itself at most a read's worth.
            #expect(sent.withLock { $0 } < 32 << 20)
            #expect(fixture.totals.bytesToClient < 16 << 20)
        }
    }

    /// The backend is done and gone: what it sent waits in the gateway, which must not take slow for dead.
    @Test func aReaderMayTakeLongerThanAStallAsLongAsItReads() async throws {
        try await GatewayFixture.with({ $0.stallTime = .seconds(2) }) { fixture in
            let size = 6 << 20
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n"
                try connection.send(Array(head.utf8) + [UInt8](repeating: 120, count: size))
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 16 << 10)
            let begun = ContinuousClock.now
            try socket.send(get())
            _ = try socket.receiveHead()
            var left = size
            while left > 0 {
                left -= try socket.receive(atMost: min(left, 8 << 10)).count
                // Three stalls long, whatever the machine.
                let share = Duration.seconds(6) * (Double(size - left) / Double(size))
                while ContinuousClock.now - begun < share { usleepBriefly() }
            }
            #expect(fixture.totals.abandoned == 0)
        }
    }

    /// The socket is full again and again, and empty again a moment later.
    @Test(arguments: [1, 2, 4]) func losesNothingToSlowReaders(threads: Int) async throws {
        try await GatewayFixture.with({ $0.threads = threads }) { fixture in
            let size = 8 << 20
            let body = (0..<size / 4).flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 5)) } }
            let backend = RawBackend { connection, _ in
                while true {
                    _ = try connection.receiveRequest()
                    try connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8) + body)
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let wrong = await withTaskGroup(of: String?.self) { group in
                for number in 0..<6 as Range<CInt> {
                    group.addTask {
                        await offLoop {
                            do {
                                let socket = try fixture.connect(receiveBuffer: 4096 << (number % 3))
                                for _ in 0..<2 {
                                    try socket.send(get())
                                    _ = try socket.receiveHead()
                                    if try socket.receive(exactly: size) != body { return "changed bytes" }
                                }
                                return nil
                            } catch { return "\(error)" }
                        }
                    }
                }
                return await group.compactMap { $0 }.reduce(into: []) { $0.append($1) }
            }
            #expect(wrong.isEmpty, "\(wrong)")
        }
    }

    @Test func readsNoFasterThanTheBackend() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveHead()
                while true { usleepBriefly() }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            let sent = Mutex(0)
            onThread {
                try? socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
                let block = [UInt8](repeating: 120, count: 64 << 10)
                while (try? socket.send(block)) != nil { sent.withLock { $0 += block.count } }
            }
            var last = -1
            let standsStill = await eventually {
                try? await Task.sleep(for: .milliseconds(200))
                let now = sent.withLock { $0 }
                defer { last = now }
                return now > 0 && now == last
            }
            #expect(standsStill)
            #expect(sent.withLock { $0 } < 64 << 20)
            socket.shut()
        }
    }

    @Test func aConnectionToABackendThatWasIdleForLongIsNotUsedAgain() async throws {
        // A host that is thawed gets a request before it comes to closing what has become too old.
        try await GatewayFixture.with({ $0.backendIdleTime = .zero }) { fixture in
            let backend = RawBackend.echo("a")
            defer { backend.stop() }
            fixture.serve(backend)
            let client = try fixture.connect()
            for _ in 0..<20 {
                #expect(try client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").text == "hi")
            }
            #expect(backend.connectionCount == 20)
        }
    }
}
