import NIOCore

/// A connection to a backend: used by one client connection at a time, or unused and watched.
final class BackendConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let backend: LoopBackend
    /// Who uses it.
    var client: FrontConnection?
    /// The start of a response's head, until the head is whole.
    var inbox = ByteBuffer()
    /// Its place among the unused connections.
    var idleIndex: Int?
    var idleSince = NIODeadline.distantPast
    /// Requests that were sent on it.
    var uses = 0
    private(set) var outlet: Outlet?
    private var context: ChannelHandlerContext?
    private var isReading = true
    /// This side has said that no more comes.
    private var hasEnded = false

    init(backend: LoopBackend, client: FrontConnection) {
        self.backend = backend
        self.client = client
    }

    var isOpen: Bool { outlet != nil }
    var isBlocked: Bool { outlet?.isBlocked ?? false }
    var isQuiet: Bool { outlet?.isQuiet() ?? false }

    @inline(__always)
    func send(_ bytes: UnsafeRawBufferPointer) -> Outlet.Outcome {
        let outcome = outlet?.pass(bytes) ?? .broken(untouched: true)
        backend.counters.bytesToBackend.add(UInt64(bytes.count))
        return outcome
    }

    /// Ends the connection. Its client hears nothing of it.
    func close() {
        client = nil
        guard let context, isOpen else { return }
        closed()
        context.close(promise: nil)
    }

    /// Sends no more, and goes on reading.
    func closeOutput() {
        hasEnded = true
        context?.close(mode: .output, promise: nil)
    }

    func setReading(_ wanted: Bool) {
        guard wanted != isReading, let context else { return }
        isReading = wanted
        try? context.channel.syncOptions?.setOption(.autoRead, value: wanted)
    }

    private func closed() {
        outlet?.closed()
        outlet = nil
        backend.forget(self)
    }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        outlet = Outlet(context)
        if let client { client.backendConnected(self) } else { close() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let client else {
            // Nothing was asked: whatever this is, no later request may take it for its response.
            return close()
        }
        client.received(Self.unwrapInboundIn(data), from: self)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        outlet?.writabilityChanged()
        if !isBlocked { client?.backendDrained() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else { return }
        guard let client else { return close() }
        client.backendEnded(self, broken: outlet?.wasReset ?? false)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ended(broken: true)
        context.close(promise: nil)
    }

    // When this side has ended, a channel does not say that the other has, too: it closes.
    func channelInactive(context: ChannelHandlerContext) { ended(broken: !hasEnded) }

    private func ended(broken: Bool) {
        guard isOpen else { return }
        closed()
        let client = client
        self.client = nil
        client?.backendEnded(self, broken: broken)
    }
}
