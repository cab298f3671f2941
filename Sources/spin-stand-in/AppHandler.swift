import NIOCore
import NIOHTTP1
import RolloutCore

/// One connection: health and info, then the app. An app answers `GET /` with its body, `POST /echo` with the same
/// bytes, `/slow?ms=N` after N milliseconds, `/bytes?n=N` with N bytes, `/headers` with what it received,
/// `/status?code=N` with that status.
final class AppHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: AppService
    private var head: HTTPRequestHead?
    private var echoes = false

    init(service: AppService) { self.service = service }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes):
            if echoes { context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil) }
        case .end:
            guard let head else { return }
            self.head = nil
            if echoes {
                echoes = false
                end(head, context)
            } else {
                answer(head, context)
            }
        }
    }

    /// Errors of a client end its connection, nothing more.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard head.headers["host"].count == 1, !head.headers["host"][0].isEmpty || head.uri.hasPrefix("/.well-known/spin/")
        else {
            // Spin closes without an answer.
            if head.uri.hasPrefix("/.well-known/spin/") {
                self.head = head
            } else {
                context.close(promise: nil)
            }
            return
        }
        self.head = head
        guard head.method == .POST || head.method == .PUT, let (component, match) = service.route(path(head)),
            match.trailing == "/echo", component.behavior.status == 200, !component.behavior.hangs
        else { return }
        if let journal = component.behavior.journal { AppService.note("\(head.method) \(head.uri)", in: journal) }
        guard !misbehaves(component.behavior) else { return }
        echoes = true
        var headers = HTTPHeaders([
            ("content-type", "application/octet-stream"), ("x-stand-in-version", component.behavior.version),
        ])
        if let length = head.headers.first(name: "content-length") { headers.add(name: "content-length", value: length) }
        if head.headers.contains(name: "expect") {
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: head.version, status: .continue))), promise: nil)
        }
        context.write(wrapOutboundOut(.head(.init(version: head.version, status: .ok, headers: headers))), promise: nil)
    }

    private func path(_ head: HTTPRequestHead) -> String { String(head.uri.prefix { $0 != "?" }) }

    /// Counts the request and does what the artifact says must happen at it; true when it is to be answered with 500.
    private func misbehaves(_ behavior: BehaviorAtWork) -> Bool {
        let count = service.count()
        if behavior.crashesAt == count { AppService.crash() }
        return behavior.failsAfter.map { count > $0 } ?? false
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = path(head)
        switch path {
        case "/.well-known/spin/health": return respond(head, 200, "OK", [], context)
        case "/.well-known/spin/info": return respond(head, 200, service.info, [("content-type", "application/json")], context)
        case _ where path.hasPrefix("/.well-known/spin/"): return respond(head, 404, "", [], context)
        default: break
        }
        guard let (component, match) = service.route(path) else { return respond(head, 404, "", [], context) }
        if let fixed = component.fixed { return respond(head, fixed.status, fixed.body, [], context) }
        let behavior = component.behavior
        if let journal = behavior.journal { AppService.note("\(head.method) \(head.uri)", in: journal) }
        let failsNow = path == "/" && behavior.failsEvery.map { service.countRoot() % max($0, 1) == 0 } ?? false
        if misbehaves(behavior) || failsNow || behavior.status == 500 { return respond(head, 500, "", [], context) }
        if behavior.hangs { return }
        if let limit = behavior.cutsAfter { return cut(head, behavior, after: limit, context) }
        let delay = match.trailing == "/slow" ? number("ms", head) ?? 1000 : behavior.delay
        guard delay > 0 else { return serve(head, behavior, match.trailing, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(Int64(delay))) {
            let (handler, context) = bound.value
            handler.serve(head, behavior, match.trailing, context)
        }
    }

    private func serve(_ head: HTTPRequestHead, _ behavior: BehaviorAtWork, _ path: String, _ context: ChannelHandlerContext) {
        let headers = [("content-type", "text/plain"), ("x-stand-in-version", behavior.version)]
        switch path {
        case "/bytes": respond(head, 200, String(repeating: "x", count: number("n", head) ?? 0), headers, context)
        case "/headers":
            let text = head.headers.map { "\($0.name): \($0.value)\n" }.joined()
            respond(head, 200, "\(head.method) \(head.uri)\n\(text)", headers, context)
        case "/status": respond(head, number("code", head) ?? 200, "", headers, context)
        default: respond(head, behavior.status, behavior.body, headers, context)
        }
    }

    private func number(_ name: String, _ head: HTTPRequestHead) -> Int? {
        guard let query = head.uri.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        let pair = query.split(separator: "&").first { $0.hasPrefix("\(name)=") }
        return pair.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    private func respond(
        _ head: HTTPRequestHead, _ status: Int, _ body: String, _ headers: [(String, String)], _ context: ChannelHandlerContext
    ) {
        var fields = HTTPHeaders(headers)
        let code = HTTPResponseStatus(statusCode: status)
        if code.mayHaveResponseBody { fields.add(name: "content-length", value: String(body.utf8.count)) }
        context.write(wrapOutboundOut(.head(.init(version: head.version, status: code, headers: fields))), promise: nil)
        if !body.isEmpty, head.method != .HEAD, code.mayHaveResponseBody {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        end(head, context)
    }

    private func end(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard !head.isKeepAlive else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }

    /// Promises the whole body, sends some of it, and is gone.
    private func cut(_ head: HTTPRequestHead, _ behavior: BehaviorAtWork, after limit: Int, _ context: ChannelHandlerContext) {
        let fields = HTTPHeaders([("content-length", String(limit + 1000))])
        context.write(wrapOutboundOut(.head(.init(version: head.version, status: .ok, headers: fields))), promise: nil)
        let part = ByteBuffer(string: String(repeating: "x", count: limit))
        context.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
        let channel = context.channel
        context.flush()
        channel.close(promise: nil)
    }
}
