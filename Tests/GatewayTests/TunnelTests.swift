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
            let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            // Nobody serves yet, so all of it waits at the gateway, with the client's end.
            try socket.send(preface + [UInt8](repeating: 1, count: size))
            socket.closeOutput()
            fixture.serve(backend)
            // The backend's end comes through while the client's bytes are stuck.
            #expect(try socket.receiveToEnd().isEmpty)
            hasEnded.raise()
            let isAllThere = await eventually { received.load(ordering: .relaxed) == size + preface.count }
            #expect(isAllThere, "\(received.load(ordering: .relaxed)) of \(size + preface.count)")
            let isOver = await eventually { fixture.totals.inFlight == 0 }
            #expect(isOver)
        }
    }
}
