import Glibc
import Logging
import NIOCore
import NIOPosix
import RolloutCore
import RolloutTesting
import Testing

@testable import Gateway

/// Thousands of clients wait between two requests; none may keep what only its last one needed.
@Suite struct IdleMemoryTests {
    /// A client's connection over one end of a pair of sockets.
    private struct Scene: Sendable {
        let bound: NIOLoopBound<FrontConnection>
        let client: RawSocket

        /// Bytes of room, for the request as it goes to a backend and for what comes from the client.
        func room() async throws -> Int {
            try await bound.eventLoop.submit { bound.value.outbound.capacity + bound.value.inbox.capacity }.get()
        }
    }

    private static func withConnection(to backend: RawBackend, _ body: (Scene) async throws -> Void) async throws {
        var pair: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let (end, client) = (pair[0], RawSocket(descriptor: pair[1]))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let address = BackendAddress(host: "127.0.0.1", port: backend.port)
        let bound = try await eventLoop.submit {
            let logger = Logger(label: "gateway", factory: { _ in SwiftLogNoOpLogHandler() })
            let shared = GatewayShared(configuration: GatewayConfiguration(hostName: "test-host"), logger: logger)
            let loop = GatewayLoop(
                eventLoop: eventLoop, index: 0, shared: shared, listener: Listener(), commands: CommandQueue())
            loop.add(GatewayFixture.id(1), at: address)
            loop.switchTraffic(to: GatewayFixture.id(1), fallback: nil)
            return NIOLoopBound(FrontConnection(loop: loop), eventLoop: eventLoop)
        }.get()
        let channel = try await ClientBootstrap(group: eventLoop)
            .channelOption(.writeBufferWaterMark, value: Outlet.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .withConnectedSocket(end).get()
        try await withTaskExecutorPreference(BlockingExecutor()) {
            try await body(Scene(bound: bound, client: client))
        }
        try? await channel.close()
        try await group.shutdownGracefully()
    }

    @Test func aClientThatWaitsKeepsNoRoomForWhatItSent() async throws {
        let backend = RawBackend.echo("one")
        defer { backend.stop() }
        try await Self.withConnection(to: backend) { scene in
            for size in [10, 30_000, 200_000] {
                let body = String(repeating: "x", count: size)
                let reply = try scene.client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n\(body)")
                #expect(reply.text == body)
                let isSmall = try await eventually { try await scene.room() <= 8 << 10 }
                #expect(isSmall)
            }
        }
    }
}
