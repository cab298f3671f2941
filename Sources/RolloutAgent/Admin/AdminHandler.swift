import NIOCore
import NIOHTTP1

/// One request at a time; bodies are ignored.
final class AdminHandler: ChannelInboundHandler {
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
        // Behind a request to switch protocols NIO's parser reads nothing more.
        let staysOpen = head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
        let headers = HTTPHeaders([
            ("content-type", response.contentType), ("content-length", "\(body.readableBytes)"),
            ("connection", staysOpen ? "keep-alive" : "close"),
        ])
        let answer = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        if !staysOpen {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            sent.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
