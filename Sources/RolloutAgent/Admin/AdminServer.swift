import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP server for operators, health checks and Prometheus. Not on the data path.
final class AdminServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// Without the query.
        var path: String
    }

    struct Response: Sendable {
        var status: Int
        var contentType: String
        var body: String

        static func text(_ status: Int, _ body: String) -> Response {
            Response(status: status, contentType: "text/plain; charset=utf-8", body: body + "\n")
        }
        static func json(_ body: String) -> Response {
            Response(status: 200, contentType: "application/json", body: body + "\n")
        }
    }

    private let channel: any Channel

    /// The bound address.
    var address: ListenAddress {
        ListenAddress(host: channel.localAddress?.ipAddress ?? "", port: channel.localAddress?.port ?? 0)
    }

    private init(channel: any Channel) { self.channel = channel }

    /// How long a connection may be open without anything coming or going: longer than the pauses between two scrapes.
    static let idleTime = TimeAmount.seconds(90)

    /// Binds, or takes over a listening socket, and answers with `respond` until closed.
    static func start(
        on listen: ListenAddress, descriptor: Int32?, group: any EventLoopGroup, idleTime: TimeAmount = idleTime,
        respond: @escaping @Sendable (Request) async -> Response
    ) async throws -> AdminServer {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: idleTime))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(AdminHandler(respond: respond))
                }
            }
        let channel =
            if let descriptor { try await bootstrap.withBoundSocket(descriptor).get() } else {
                try await bootstrap.bind(host: listen.host, port: listen.port).get()
            }
        return AdminServer(channel: channel)
    }

    func stop() async { try? await channel.close() }
}
