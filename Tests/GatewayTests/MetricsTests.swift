import RolloutCore
import RolloutTesting
import Testing

@testable import Gateway

/// What a gateway counts, for as long as somebody may ask.
@Suite struct MetricsTests {
    @Test(arguments: [1, 3]) func keepsWhatServesHoweverManyReleasesCameSince(threads: Int) async throws {
        try await GatewayFixture.with({ $0.threads = threads }) { fixture in
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            let serving = fixture.serve(backend)
            let first = try fixture.ask(get())
            #expect(first.status == 200)
            for number in 2..<100 as Range<UInt8> {
                let id = GatewayFixture.id(UInt64(number), release: number)
                fixture.gateway.add(id, at: BackendAddress(host: "127.0.0.1", port: backend.port))
                fixture.gateway.remove(id)
            }
            // An answer is counted after all that was told before.
            for _ in 0..<threads * 8 {
                let reply = try fixture.ask(get())
                #expect(reply.status == 200)
            }
            let releases = fixture.gateway.metrics().releases
            #expect(releases[serving.release]?.responses[1] == UInt64(threads * 8 + 1))
            #expect(releases.count < 40)
        }
    }
}
