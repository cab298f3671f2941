import Glibc
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Each direction of a tunnel ends by itself.
@Suite struct TunnelTests {
    /// The backend has said all, and the client, too: what the client said is still on its way.
    @Test func passesOnWhatTheClientSentBeforeBothSidesEnded() async throws {
        let size = 24 << 20
        try await GatewayFixture.with({
            $0.pendingBytes = 2 * size; $0.holdTime = .seconds(600)
        }) { fixture in
            let hasEnded = Flag()
            let received = Atomic<Int>(0)
            let backend = RawBackend { connection, _ in
                connection.closeOutput()
                while !hasEnded.isRaised { usleepBriefly() }
                while true { received.add(try connection.receive().count, ordering: .relaxed) }
            }
            defer { hasEnded.raise(); backend.stop() }
            let socket = try fixture.connect()
            // Nobody serves yet, so all of it waits at the gateway, with the client's end.
            try socket.send(Self.preface + [UInt8](repeating: 1, count: size))
            socket.closeOutput()
            #expect(await eventually { fixture.hasRead(socket) })
            fixture.serve(backend)
            // The backend's end comes through while the client's bytes are stuck.
            #expect(try socket.receiveToEnd().isEmpty)
            hasEnded.raise()
            let isAllThere = await eventually { received.load(ordering: .relaxed) == size + Self.preface.count }
            #expect(isAllThere, "\(received.load(ordering: .relaxed)) of \(size + Self.preface.count)")
            let isOver = await eventually { fixture.totals.inFlight == 0 }
            #expect(isOver)
        }
    }

    /// The client has said all, and the backend, too: what the backend said is still on its way.
    @Test func passesOnWhatTheBackendSentBeforeBothSidesEnded() async throws {
        let size = 8 << 20
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveToEnd()
                try connection.send([UInt8](repeating: 1, count: size))
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 4096)
            try socket.send(Self.preface)
            socket.closeOutput()
            #expect(try Self.countSlowly(socket) == size)
            let isOver = await eventually { fixture.totals.inFlight == 0 }
            #expect(isOver)
            #expect(fixture.totals.truncated == 0 && fixture.totals.abandoned == 0)
        }
    }

    /// HTTP/2 and WebSocket do this: the backend has said all and closes, and the client, which still reads, acknowledges.
    @Test func passesOnAllThatTheBackendSaidThoughTheClientSpeaksOn() async throws {
        let size = 8 << 20
        try await GatewayFixture.with { fixture in
            let hasClosed = Flag()
            let backend = RawBackend { connection, _ in
                _ = try connection.receive(exactly: Self.preface.count)
                try connection.send([UInt8](repeating: 1, count: size))
                connection.close()
                hasClosed.raise()
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 4096)
            try socket.send(Self.preface)
            // Not before the gateway has all of it: what reaches a closed socket throws away what that one has still to send.
            var words = 0
            let received = try Self.countSlowly(socket) { round in
                guard round.isMultiple(of: 20), hasClosed.isRaised, fixture.totals.bytesToClient == size else { return }
                words += 1
                try? socket.send("x")
            }
            #expect(received == size && words > 0)
            let isOver = await eventually { fixture.totals.inFlight == 0 }
            #expect(isOver)
            #expect(fixture.totals.truncated == 0 && fixture.totals.abandoned == 0)
        }
    }

    /// Where an end means "that was all", a part must not be taken for the whole.
    @Test func whatBreaksInATunnelIsNoEndInOrder() async throws {
        try await GatewayFixture.with { fixture in
            let seen = Flag()
            let ending = Mutex<RawSocket.Ending?>(nil)
            let backend = RawBackend { connection, number in
                _ = try connection.receive(exactly: Self.preface.count)
                try connection.send("part")
                if number == 0 {
                    while !seen.isRaised { usleepBriefly() }
                    return connection.reset()
                }
                do throws(RawSocket.Ending) { while true { _ = try connection.receive() } } catch {
                    ending.withLock { $0 = error }
                }
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(Self.preface)
            #expect(try socket.receive(exactly: 4) == Array("part".utf8))
            seen.raise()
            #expect(throws: RawSocket.Ending.broken(ECONNRESET)) { try socket.receive() }
            #expect(fixture.totals.truncated == 1 && fixture.totals.errors == 1 && fixture.totals.answers == 1)

            let other = try fixture.connect()
            try other.send(Self.preface)
            #expect(try other.receive(exactly: 4) == Array("part".utf8))
            other.reset()
            #expect(await eventually { ending.withLock { $0 } != nil })
            #expect(ending.withLock { $0 } == .broken(ECONNRESET))
            #expect(fixture.totals.truncated == 1)
        }
    }

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Reads to the end, slower than a backend sends, so that something always waits for this client; returns how much came.
    private static func countSlowly(_ socket: RawSocket, _ body: (Int) -> Void = { _ in }) throws -> Int {
        var (received, rounds) = (0, 0)
        while true {
            do throws(RawSocket.Ending) { received += try socket.receive().count } catch {
                guard error == .ended else { throw error }
                return received
            }
            rounds += 1
            body(rounds)
            usleepBriefly()
        }
    }
}
