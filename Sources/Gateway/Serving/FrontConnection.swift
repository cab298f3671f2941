import NIOCore

/// A client's connection: reads one request after the other, has each answered by a backend, and passes the bytes on both
/// ways. Everything happens on its event loop.
///
/// The parts of its work are extensions: `+Request` (in), `+Response` (out), `+Failure` (what goes wrong), `+Tunnel`.
final class FrontConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Phase {
        /// Between requests, or reading a head. Leads to each of the others.
        case reading
        /// The request waits for a backend that is ready.
        case held
        /// The request waits for a connection.
        case connecting
        /// Request and response are passed on.
        case exchanging
        /// Bytes are passed on both ways until both sides end.
        case tunneling
        /// The last response is sent: what still comes is thrown away until the client closes.
        case lingering
        case closed
    }

    let loop: GatewayLoop
    var phase = Phase.reading
    var request: RequestParser
    var requestBody = BodyTracker()
    var rewriter: RequestRewriter
    var response: ResponseParser
    var responseBody = BodyTracker()
    var exchange = Exchange()
    /// What came from the client and is not used yet.
    var inbox = ByteBuffer()
    /// The head as it goes to the backend, with the beginning of the body; kept until the request is sent for good.
    var outbound = ByteBuffer()
    /// An empty line came before the request that is to come.
    var hasSkippedEmptyLine = false
    /// The client sends no more.
    var inputEnded = false
    /// When that was, until it is known whether the client is still there.
    var endedAt: NIODeadline?
    /// When something last happened that the phase's time limit counts from.
    var activeAt: NIODeadline
    /// What the client had not taken yet when that was last looked at.
    var unsentBytes = 0
    var lingersSince = NIODeadline.distantPast
    /// Its place among the loop's connections.
    var index = 0
    var outlet: Outlet?
    var context: ChannelHandlerContext?
    private var isReading = true
    private var isProcessing = false
    /// Room for a request's head that stays between requests.
    private static let keptCapacity = 8 << 10

    init(loop: GatewayLoop) {
        self.loop = loop
        let configuration = loop.configuration
        request = RequestParser(
            limits: HeadLimits(bytes: configuration.requestHeadBytes, fields: configuration.headerFields),
            trust: configuration.forwardedTrust, passesHTTP2: configuration.passesHTTP2)
        response = ResponseParser(
            limits: HeadLimits(bytes: configuration.responseHeadBytes, fields: configuration.headerFields),
            cutsIdentity: configuration.identifiesItself)
        rewriter = RequestRewriter(client: [], local: [], addsVia: configuration.addsVia)
        activeAt = .now()
    }

    /// What was sent waits for the client to read.
    var isBlocked: Bool { outlet?.isBlocked ?? false }

    /// Works through what has come, one request after the other. Never nested, however many requests are pipelined.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while true {
            let (before, phaseBefore) = (inbox.readableBytes, phase)
            switch phase {
            case .reading: readHead()
            case .exchanging: passRequestBody()
            case .tunneling: passToBackend()
            case .lingering: discard()
            case .held, .connecting, .closed: break
            }
            if inbox.readableBytes == 0 || (inbox.readableBytes == before && phase == phaseBefore) { break }
        }
        // Gives the storage back to the channel, which reads into it again.
        if inbox.readableBytes == 0 { inbox = loop.emptyBuffer }
        // A client that has nothing to ask keeps no room for the body that it sent some time.
        if phase == .reading, outbound.capacity > Self.keptCapacity { outbound = loop.emptyBuffer }
        updateReading()
    }

    /// Reads on only when there is room for what comes.
    func updateReading() {
        let wanted: Bool
        switch phase {
        case .lingering: wanted = true
        case .reading: wanted = !isBlocked || inbox.readableBytes < loop.configuration.pendingBytes
        case .held, .connecting: wanted = inbox.readableBytes < loop.configuration.pendingBytes
        case .exchanging, .tunneling:
            wanted = inbox.readableBytes < loop.configuration.pendingBytes && !(exchange.connection?.isBlocked ?? false)
        case .closed: return
        }
        guard wanted != isReading, let context else { return }
        isReading = wanted
        try? context.channel.syncOptions?.setOption(.autoRead, value: wanted)
    }

    /// Sends to the client. `false` when the client is gone; then everything is over already.
    @inline(__always)
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch outlet?.pass(bytes) ?? .broken(untouched: true) {
        case .sent: return true
        case .queued:
            exchange.connection?.setReading(false)
            activeAt = .now()
            return true
        case .broken:
            abort(by: .client)
            return false
        }
    }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        // Breaks the cycle of context and handler.
        outlet = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        outlet = Outlet(context)
        rewriter.client = Array((context.remoteAddress?.ipAddress ?? "unknown").utf8)
        rewriter.local = Array(Self.authority(context.localAddress).utf8)
        loop.opened(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .closed else { return }
        var buffer = Self.unwrapInboundIn(data)
        if inbox.readableBytes == 0 {
            if phase == .reading { activeAt = .now() }
            inbox = buffer
        } else {
            inbox.writeBuffer(&buffer)
        }
        process()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        outlet?.writabilityChanged()
        guard let outlet, !outlet.isBlocked else { return }
        activeAt = .now()
        exchange.connection?.setReading(true)
        if phase == .reading { process() }
        if phase == .lingering { finishLingering() }
        if phase == .tunneling, exchange.backendEnded { context.close(mode: .output, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else { return }
        inputEnded = true
        endedAt = .now()
        clientEnded()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Most errors come before the channel closes, one that closing itself meets comes after.
        if !context.channel.isActive { outlet?.closed() }
        abort(by: .client)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // The descriptor is closed, and its number may be another socket's by now.
        outlet?.closed()
        // One that closed with bytes on their way to the client has failed, though nobody says so.
        guard phase == .tunneling, exchange.backendEnded, inputEnded || !isBlocked else { return abort(by: .client) }
        // Both sides have ended, which closes a channel; what the client sent before may still wait to be passed on.
        outlet = nil
        inputEnded = true
        activeAt = .now()
        process()
    }

    private static func authority(_ address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress else { return "localhost" }
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(name):\(address.port ?? 80)"
    }
}
