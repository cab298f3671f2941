import NIOCore
import NIOHTTP1
import NIOPosix
import RolloutCore

/// One small HTTP request to a backend, on a connection of its own.
package enum HTTPProbe {
    package struct Answer: Hashable, Sendable {
        package var status: Int
        /// At most 64 KiB; what comes after is not kept.
        package var body: [UInt8]
    }

    package struct Failure: Error, Hashable, Sendable {
        /// In words that follow a colon.
        package var reason: String
    }

    /// Asks for a path and waits for the whole answer. `host` is the Host header; the address when `nil`.
    package static func get(
        _ path: String, at address: BackendAddress, host: String? = nil, within limit: Duration
    ) async throws(Failure) -> Answer {
        try await exchange(address, limit) { channel, answer in
            let headers = HTTPHeaders([
                ("host", host ?? "\(address)"), ("user-agent", "wasmrollout"), ("connection", "close"),
            ])
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(
                ProbeHandler(
                    head: HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers), answer: answer))
        }
    }

    /// Opens a connection and closes it again.
    package static func connect(to address: BackendAddress, within limit: Duration) async throws(Failure) {
        _ = try await exchange(address, limit) { channel, answer in
            try channel.pipeline.syncOperations.addHandler(ConnectHandler(answer: answer))
        }
    }

    private static func exchange(
        _ address: BackendAddress, _ limit: Duration,
        _ configure: @escaping @Sendable (any Channel, EventLoopPromise<Answer>) throws -> Void
    ) async throws(Failure) -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: Answer.self)
        let time = TimeAmount.nanoseconds(max(1, limit.milliseconds) * 1_000_000)
        let timer = loop.scheduleTask(in: time) { answer.fail(Failure(reason: "it did not answer within \(limit)")) }
        let connection = ClientBootstrap(group: loop).connectTimeout(time)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try configure(channel, answer) } }
            .connect(host: address.host, port: address.port)
        connection.whenFailure { answer.fail($0) }
        answer.futureResult.whenComplete { _ in
            timer.cancel()
            connection.whenSuccess { $0.close(promise: nil) }
        }
        do {
            return try await answer.futureResult.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(reason: "\(error)")
        }
    }
}

private final class ConnectHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let answer: EventLoopPromise<HTTPProbe.Answer>

    init(answer: EventLoopPromise<HTTPProbe.Answer>) { self.answer = answer }

    func channelActive(context: ChannelHandlerContext) { answer.succeed(HTTPProbe.Answer(status: 0, body: [])) }
}

private final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let answer: EventLoopPromise<HTTPProbe.Answer>
    private var status = 0
    private var body: [UInt8] = []

    init(head: HTTPRequestHead, answer: EventLoopPromise<HTTPProbe.Answer>) {
        self.head = head
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes): body += bytes.readableBytesView.prefix(65_536 - body.count)
        case .end: answer.succeed(HTTPProbe.Answer(status: status, body: body))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(HTTPProbe.Failure(reason: "it closed the connection without an answer"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }
}
