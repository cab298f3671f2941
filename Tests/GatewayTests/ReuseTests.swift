import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Connections to a backend are used again, by whichever client asks next. So each must be as good as a new one.
@Suite struct ReuseTests {
    /// Answers rightly, and on its first connection says one thing more when it is told to.
    private final class Talkative: Sendable {
        private let mayTalk = Atomic<Bool>(false)
        private let talked = Atomic<Bool>(false)
        private let surplus: String

        init(_ surplus: String) { self.surplus = surplus }

        var hasTalked: Bool { talked.load(ordering: .acquiring) }
        func talk() { mayTalk.store(true, ordering: .releasing) }

        func serve() -> RawBackend {
            RawBackend { [self] connection, number in
                _ = try connection.receiveRequest()
                try connection.send(ok("right"))
                if number == 0 {
                    while !mayTalk.load(ordering: .acquiring) { usleepBriefly() }
                    try connection.send(surplus)
                    talked.store(true, ordering: .releasing)
                }
                while true {
                    _ = try connection.receiveRequest()
                    try connection.send(ok("right"))
                }
            }
        }
    }

    /// What a backend said unasked, be it that it waited long enough, is not the answer to the next request, even when the gateway
    /// finds both at the same time.
    @Test(arguments: [ok("smuggled"), "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", "\r\n"])
    func neverTakesForAnAnswerWhatCameBeforeTheQuestion(surplus: String) async throws {
        try await GatewayFixture.with { fixture in
            let talkative = Talkative(surplus)
            let backend = talkative.serve()
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            #expect(try socket.ask(get()).text == "right")
            // The event loop stands still, so that it meets the request first.
            let (stands, mayGo) = (Flag(), Flag())
            fixture.gateway.pulse {
                stands.raise()
                while !mayGo.isRaised { usleepBriefly() }
            }
            let isStanding = await eventually { stands.isRaised }
            try socket.send(get("/next"))
            talkative.talk()
            let hasTalked = await eventually { talkative.hasTalked }
            mayGo.raise()
            #expect(isStanding && hasTalked)
            let reply = try socket.receiveResponse()
            #expect(reply.status == 200 && reply.text == "right")
            #expect(backend.connectionCount == 2)
        }
    }

    @Test func closesAConnectionOnWhichSomethingComesUnasked() async throws {
        try await GatewayFixture.with { fixture in
            let talkative = Talkative("\r\n")
            let backend = talkative.serve()
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            #expect(try socket.ask(get()).text == "right")
            talkative.talk()
            let hasTalked = await eventually { talkative.hasTalked }
            #expect(hasTalked)
            #expect(try socket.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").text == "right")
            #expect(backend.connectionCount == 2)
        }
    }

    /// A backend that answers HEAD with a body all the same, as some do.
    @Test func closesAConnectionWhoseAnswerWasLongerThanItMayBe() async throws {
        try await GatewayFixture.with { fixture in
            let backend = RawBackend.http { request in
                request.startLine.hasPrefix("HEAD") ? ok(ok("smuggled")) : ok("right")
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect()
            #expect(try socket.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", toHead: true).status == 200)
            #expect(try socket.ask(get()).text == "right")
            #expect(backend.connectionCount == 2)
        }
    }

    /// Added again at another address while it still owes an answer.
    @Test func drainsABackendThatMoved() async throws {
        try await GatewayFixture.with { fixture in
            let mayAnswer = Flag()
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveRequest()
                while !mayAnswer.isRaised { usleepBriefly() }
                try connection.send(ok("late"))
            }
            let moved = RawBackend.echo("moved")
            defer { backend.stop(); moved.stop() }
            let id = fixture.serve(backend)
            let socket = try fixture.connect()
            try socket.send(get())
            let isUnderway = await eventually { fixture.totals.inFlight == 1 }
            #expect(isUnderway)
            fixture.serve(moved)
            let other = try fixture.ask(get("/a"))
            #expect(other.text == "moved /a")
            async let outcome = fixture.gateway.drain(id, within: .seconds(3600))
            mayAnswer.raise()
            #expect(try socket.receiveResponse().text == "late")
            #expect(await outcome == .drained)
        }
    }
}

/// Goes up once, from any thread.
final class Flag: Sendable {
    private let raised = Atomic<Bool>(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }
    func raise() { raised.store(true, ordering: .releasing) }
}
