import RolloutTesting
import Testing

@testable import Gateway

/// A host that will be taken away: its clients are asked to go elsewhere, and none is turned away.
@Suite struct LeavingTests {
    @Test func everyResponseEndsItsConnectionAndNewOnesAreServed() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            let kept = try fixture.connect()
            #expect(try kept.ask(get())["connection"] != "close")
            fixture.gateway.leave(true)
            #expect(!fixture.gateway.isAccepting)
            let last = try kept.ask(get())
            #expect(last.text == "one /" && last["connection"] == "close")
            #expect(try kept.receiveToEnd().isEmpty)
            for _ in 0..<3 {
                let fresh = try fixture.connect()
                #expect(try fresh.ask(get())["connection"] == "close")
                #expect(try fresh.receiveToEnd().isEmpty)
            }
        }
    }

    @Test func aHostThatStaysAndClosesAllTheSameIsNotReady() async throws {
        try await GatewayFixture.with { fixture in
            fixture.gateway.leave(true)
            let closing = Task { await fixture.gateway.quiesce(accepting: .seconds(600), within: .seconds(60)) }
            defer { closing.cancel() }
            // `quiesce` says so before it waits.
            fixture.gateway.leave(false)
            let isClosing = await eventually { !fixture.gateway.isAccepting }
            #expect(isClosing)
            fixture.gateway.leave(false)
            #expect(!fixture.gateway.isAccepting)
        }
    }

    @Test func aHostThatStaysKeepsItsConnectionsAgain() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            fixture.gateway.leave(true)
            let idle = try fixture.connect()
            fixture.gateway.leave(false)
            #expect(fixture.gateway.isAccepting)
            for _ in 0..<3 {
                let answer = try idle.ask(get())
                #expect(answer.text == "one /" && answer["connection"] != "close")
            }
        }
    }
}
