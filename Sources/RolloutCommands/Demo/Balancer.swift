import NIOCore
import NIOPosix
import Synchronization

/// A round-robin TCP balancer: each client connection goes to the next host, for as long as it lasts. It repeats nothing and mends
/// nothing, so that whatever a host does wrong reaches the client.
final class Balancer: Sendable {
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }

    private init(channel: any Channel) { self.channel = channel }

    /// - Parameter targets: `host:port` of each gateway.
    static func start(to targets: [SocketAddress]) async throws -> Balancer {
        let next = Counter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { client in connect(client, to: targets[next.take() % targets.count]) }
            .bind(host: "127.0.0.1", port: 0).get()
        return Balancer(channel: channel)
    }

    func stop() async { try? await channel.close() }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    private static func connect(_ client: any Channel, to target: SocketAddress) -> EventLoopFuture<Void> {
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(to: target)
            .flatMapThrowing { server in
                // Both channels are on the client's event loop.
                try client.pipeline.syncOperations.addHandler(Pipe(to: server))
                try server.pipeline.syncOperations.addHandler(Pipe(to: client))
                server.read()
            }
    }
}

/// Passes what one connection reads to another; reads on only when that was written.
private final class Pipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    /// The client's connection begins once the host's stands.
    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let own = context.channel
        other.writeAndFlush(unwrapInboundIn(data)).whenComplete { result in
            switch result {
            case .success: own.read()
            case .failure: own.close(promise: nil)
            }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { other.close(mode: .output, promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
