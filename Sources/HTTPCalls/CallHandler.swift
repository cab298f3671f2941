import NIOCore
import NIOHTTP1

/// Sends one request when the connection is there, and gathers its answer.
final class CallHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let call: HTTPCall
    private let promise: EventLoopPromise<HTTPAnswer>
    private var answer = HTTPAnswer(status: 0, fields: [], body: [])

    init(head: HTTPRequestHead, call: HTTPCall, promise: EventLoopPromise<HTTPAnswer>) {
        self.head = head
        self.call = call
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !call.body.isEmpty {
            let body = context.channel.allocator.buffer(bytes: call.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer.status = Int(head.status.code)
            answer.fields = head.headers.map { HTTPAnswer.Field(name: $0.name, value: $0.value) }
        case .body(let bytes):
            if case .refused = call.excess, answer.body.count + bytes.readableBytes > call.bodyLimit {
                promise.fail(HTTPFailure(reason: "its answer is larger than \(call.bodyLimit) bytes"))
            } else {
                answer.body += bytes.readableBytesView.prefix(call.bodyLimit - answer.body.count)
            }
        case .end: promise.succeed(answer)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(HTTPFailure(reason: "it closed the connection without an answer"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error is HTTPParserError ? HTTPFailure(reason: "it does not speak HTTP") : error)
    }
}
