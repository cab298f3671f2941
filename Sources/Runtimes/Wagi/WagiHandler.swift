import NIOCore
import NIOHTTP1
import RolloutCore

/// One connection of the embedded host: takes a request whole, has it answered, sends the answer.
///
/// NIO's pipelining handler in front sees to it that the next request comes only after the answer to this one.
final class WagiHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case reading(HTTPRequestHead, ByteBuffer)
        /// The body was too large: the answer is sent, the rest is not read.
        case refusing
    }

    private let server: WagiServer
    private var state = State.idle
    /// The engine that the connection waits for.
    private var engine: EngineCall?

    init(server: WagiServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), _): begin(head, context)
        case (.body(var bytes), .reading(let head, var body)):
            state = .idle
            guard body.readableBytes + bytes.readableBytes <= server.plan.limits.bodyBytes else {
                refuse(head, context)
                return
            }
            body.writeBuffer(&bytes)
            state = .reading(head, body)
        case (.end, .reading(let head, let body)):
            state = .idle
            answer(head, body, context)
        case (.end, .refusing): context.close(promise: nil)
        case (.body, _), (.end, _): break
        }
    }

    /// Nobody reads the answer any more.
    func channelInactive(context: ChannelHandlerContext) {
        engine?.cancel()
        engine = nil
        context.fireChannelInactive()
    }

    /// A client's errors end its connection, nothing more.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        guard length <= server.plan.limits.bodyBytes else {
            refuse(head, context)
            return
        }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(
                wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
        }
        state = .reading(head, context.channel.allocator.buffer(capacity: min(length, 1 << 20)))
    }

    private func refuse(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .refusing
        send(WagiResponse(status: 413), head, context, lingers: true)
        // To close at once would reset the connection under a client that still sends, and take the answer with it.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        let address = context.channel.remoteAddress
        let request = WagiRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { ($0.name, $0.value) },
            clientHost: address?.ipAddress ?? "127.0.0.1", clientPort: address?.port ?? 0, bodyLength: body.readableBytes,
            minorVersion: head.version.minor)
        if let known = wellKnown(request.path) { return send(known, head, context) }
        // As Spin does: no answer at all.
        guard head.headers["host"].count == 1 else { return context.close(promise: nil) }
        guard let (index, match) = server.table.match(request.path) else {
            return send(WagiResponse(status: 404), head, context)
        }
        let trigger = server.plan.triggers[index]
        guard let position = trigger.component else { return send(fixed(trigger), head, context) }
        let component = server.plan.components[position]
        let call = EngineCall()
        engine = call
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        server.queue.answer(component, request, match, body: body, for: call, on: context.eventLoop).whenSuccess { response in
            let (handler, context) = bound.value
            guard handler.engine === call else { return }
            handler.engine = nil
            if let defect = response.defect { WagiServer.report(FailedRequest(component: component.id, defect: defect).line) }
            handler.send(response, head, context)
        }
    }

    private func wellKnown(_ path: String) -> WagiResponse? {
        let prefix = "/.well-known/spin/"
        guard path.hasPrefix(prefix) else { return nil }
        var response = WagiResponse(status: 200)
        switch path.dropFirst(prefix.count) {
        case "health": response.body = Array("OK".utf8)[...]
        case "info":
            response.headers = [WagiResponse.Header(name: "content-type", value: "application/json")]
            response.body = SpinInfo(name: server.plan.name, version: server.plan.version).body[...]
        default: return WagiResponse(status: 404)
        }
        return response
    }

    private func fixed(_ trigger: WagiPlan.Trigger) -> WagiResponse {
        var response = WagiResponse(status: trigger.fixed?.status ?? 404)
        response.headers = (trigger.fixed?.headers ?? [:]).map { WagiResponse.Header(name: $0.key, value: $0.value) }
        response.body = Array((trigger.fixed?.body ?? "").utf8)[...]
        return response
    }

    private func send(
        _ response: WagiResponse, _ head: HTTPRequestHead, _ context: ChannelHandlerContext, lingers: Bool = false
    ) {
        let status = HTTPResponseStatus(statusCode: response.status)
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        if status.mayHaveResponseBody { headers.add(name: "content-length", value: String(response.body.count)) }
        // NIO's decoder reads nothing more behind a request that asks for another protocol, whatever the answer (and CONNECT is one
        // by nature): a request that came after it would wait for ever.
        let endsReading = head.method == .CONNECT || head.headers.contains(name: "upgrade")
        let closes = lingers || endsReading || !head.isKeepAlive
        if closes { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: status, headers: headers))), promise: nil)
        if !response.body.isEmpty, head.method != .HEAD, status.mayHaveResponseBody {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        let sent = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        if closes, !lingers { sent.futureResult.whenComplete { _ in channel.close(promise: nil) } }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }
}
