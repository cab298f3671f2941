import Glibc
import Logging
import NIOCore
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// More clients than the process has descriptors for.
@Suite(.serialized) struct AcceptTests {
    /// Counts what is logged.
    private struct Tally: LogHandler {
        let count: @Sendable (Logger.Message) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { count(event.message) }
    }

    /// Lets the process open no descriptor that is not free already. Everything in it feels that, so only for moments.
    private static func exhaust() throws -> rlimit {
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        let free = dup(0)
        close(free)
        var none = limit
        none.rlim_cur = rlim_t(free)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none) == 0)
        return limit
    }

    @Test func pausesWhileDescriptorsAreExhaustedAndServesAllAfterwards() async throws {
        let failures = Mutex(0)
        let logger = Logger(label: "gateway") { _ in
            Tally(count: { message in if "\(message)" == "could not accept connections" { failures.withLock { $0 += 1 } } })
        }
        try await GatewayFixture.with(logger: logger) { fixture in
            let begun = ContinuousClock.now
            // The client's own descriptor is opened first, and its connection is made by the system alone.
            let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            // The first sleep of a process opens descriptors of its own, and cannot do without.
            try await Task.sleep(for: .milliseconds(1))
            var limit = try Self.exhaust()
            let connected = RawSocket.withLoopback(port: fixture.port) { connect(client, $0, $1) }
            let hasFailed = await eventually { failures.withLock { $0 } >= 3 }
            let pauses = (ContinuousClock.now - begun) / .nanoseconds(AcceptFailure.pause.nanoseconds)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            #expect(connected == 0 && hasFailed)
            // One try a pause; without one it would be thousands.
            #expect(failures.withLock { Double($0) } <= pauses + 2)
            let backend = RawBackend.echo("one")
            defer { backend.stop() }
            fixture.serve(backend)
            let waiting = RawSocket(descriptor: client)
            #expect(try waiting.ask(get()).text == "one /")
        }
    }
}
