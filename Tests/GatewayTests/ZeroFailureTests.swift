import RolloutCore
import RolloutTesting
import Testing

@testable import Gateway

/// The product's main law: a deployment fails no request.
@Suite(.serialized) struct ZeroFailureTests {
    /// Blue and green, over and over: each new backend gets the traffic, the one before is drained and killed.
    @Test func flipsBackendsUnderLoadWithoutAFailure() async throws {
        try await Self.flip(threads: 1, flips: 60, requests: 50_000)
    }

    /// Each event loop switches and drains by itself, and the drain must wait for the last of them.
    @Test(arguments: [2, 4]) func flipsBackendsOnSeveralEventLoopsWithoutAFailure(threads: Int) async throws {
        try await Self.flip(threads: threads, flips: 30, requests: 15_000)
    }

    private static func flip(threads: Int, flips wanted: UInt64, requests: Int) async throws {
        try await GatewayFixture.with({ $0.threads = threads }) { fixture in
            var backend = RawBackend.echo("app")
            var id = fixture.serve(backend, as: 1)
            let client = StrictClient(StrictClient.Load(port: fixture.port) { $0 == Array("app /".utf8) ? nil : "wrong body" })
            client.start()
            var flips: UInt64 = 0
            while flips < wanted || client.requests < requests {
                flips += 1
                let before = client.requests
                let isUnderLoad = await eventually { client.requests > before + 500 }
                #expect(isUnderLoad)
                let new = RawBackend.echo("app")
                let newID = fixture.serve(new, as: flips + 1, fallback: id)
                #expect(await fixture.gateway.drain(id, within: .seconds(20)) == .drained)
                // What a backend that was drained still gets, it will never answer.
                let requestsWhenDrained = backend.requestCount
                backend.stop()
                #expect(backend.requestCount == requestsWhenDrained)
                fixture.gateway.backendExited(id)
                fixture.gateway.remove(id)
                (backend, id) = (new, newID)
            }
            let report = await client.stop()
            backend.stop()
            #expect(report.failed == 0, "\(report.failures) \(report.examples)")
            #expect(report.succeeded >= requests && flips >= wanted)
            // Nothing but the strict client's own connections: none was ever opened again.
            #expect(report.connections == 16)
            // The client has the last response a moment before the loop is done with it.
            let isIdle = await eventually { fixture.totals.inFlight == 0 }
            #expect(isIdle)
        }
    }

    /// The control: a plain stop and start behind the same gateway is seen by the same client.
    @Test func theStrictClientCatchesAPlainStopAndStart() async throws {
        try await GatewayFixture.with({ $0.holdTime = .milliseconds(50) }) { fixture in
            var backend = RawBackend.echo("app")
            fixture.serve(backend, as: 1)
            let client = StrictClient(StrictClient.Load(port: fixture.port))
            client.start()
            for number in 2..<8 as Range<UInt64> {
                let before = client.requests
                let isUnderLoad = await eventually { client.requests > before + 200 }
                #expect(isUnderLoad)
                backend.stop()
                backend = RawBackend.echo("app")
                fixture.serve(backend, as: number)
            }
            let report = await client.stop()
            backend.stop()
            #expect(report.failed > 0)
        }
    }
}
