import Glibc
import Logging
import NIOCore
import NIOPosix
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// A listener that cannot accept: more clients than the process has descriptors for, for instance. The failure is simulated, because
/// a process that really has none left may be ended by libdispatch, which opens files in `/proc` now and then.
@Suite struct AcceptTests {
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

    /// A listening channel with a gateway's handler of failures; counts what it accepts.
    private final class Scene: Sendable {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = Listener()
        let accepted = Atomic<Int>(0)
        let warnings = Atomic<Int>(0)

        func listen() async throws -> any Channel {
            let logger = Logger(label: "gateway") { _ in
                Tally(count: { if "\($0)" == "Could not accept connections" { self.warnings.add(1, ordering: .relaxed) } })
            }
            let shared = GatewayShared(configuration: GatewayConfiguration(hostName: "test-host"), logger: logger)
            let channel = try await ServerBootstrap(group: group)
                .serverChannelInitializer { [listener] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AcceptFailure(listener: listener, shared: shared))
                    }
                }
                .childChannelInitializer { channel in
                    self.accepted.add(1, ordering: .relaxed)
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                .bind(host: "127.0.0.1", port: 0).get()
            listener.attach(channel)
            return channel
        }
    }

    @Test func pausesAfterAFailureAndAcceptsAgainByItself() async throws {
        let scene = Scene()
        let channel = try await scene.listen()
        for _ in 0..<3 { channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept")) }
        // Asked on the loop, after the failures and before the pause can be over.
        #expect(try await channel.getOption(.autoRead).get() == false)
        #expect(scene.warnings.load(ordering: .relaxed) == 3)
        let client = try RawSocket.connect(port: channel.localAddress?.port ?? 0)
        let isAccepted = await eventually { scene.accepted.load(ordering: .relaxed) == 1 }
        #expect(isAccepted)
        #expect(try await channel.getOption(.autoRead).get())
        client.close()
        try await scene.group.shutdownGracefully()
    }

    @Test func goesOnAfterAClientThatWasGoneAlready() async throws {
        let scene = Scene()
        let channel = try await scene.listen()
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        #expect(try await channel.getOption(.autoRead).get())
        #expect(scene.warnings.load(ordering: .relaxed) == 0)
        try await scene.group.shutdownGracefully()
    }
}
