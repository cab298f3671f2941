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

    /// Binds, or takes over a listening socket, and answers with `respond` until closed.
    static func start(
        on listen: ListenAddress, descriptor: Int32?, group: any EventLoopGroup,
        respond: @escaping @Sendable (Request) async -> Response
    ) async throws -> AdminServer {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
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

/// One request at a time; bodies are ignored.
private final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let respond: @Sendable (AdminServer.Request) async -> AdminServer.Response
    private var head: HTTPRequestHead?

    init(respond: @escaping @Sendable (AdminServer.Request) async -> AdminServer.Response) { self.respond = respond }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            let path = String(head.uri.prefix { $0 != "?" })
            let request = AdminServer.Request(method: head.method.rawValue, path: path)
            let answer = context.eventLoop.makePromise(of: AdminServer.Response.self)
            answer.completeWithTask { [respond] in await respond(request) }
            let bound = NIOLoopBound((context, self), eventLoop: context.eventLoop)
            answer.futureResult.whenSuccess { response in
                let (context, handler) = bound.value
                handler.send(response, to: head, in: context)
            }
        }
    }

    private func send(_ response: AdminServer.Response, to head: HTTPRequestHead, in context: ChannelHandlerContext) {
        let body = context.channel.allocator.buffer(string: response.body)
        let headers = HTTPHeaders([
            ("content-type", response.contentType), ("content-length", "\(body.readableBytes)"),
            ("connection", head.isKeepAlive ? "keep-alive" : "close"),
        ])
        let answer = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        if !head.isKeepAlive {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            sent.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
