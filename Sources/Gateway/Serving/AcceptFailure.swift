import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Sits on the listening channel. Without descriptors left, accepting fails at once, and again as long as a client waits: the
/// listener then pauses, instead of taking the whole event loop for it. (NIO's `AcceptBackoffHandler` delays the next `read`,
/// but the one that failed is still under way.)
final class AcceptFailure: ChannelInboundHandler {
    typealias InboundIn = any Channel

    static let pause = TimeAmount.milliseconds(500)

    private let listener: Listener
    private let shared: GatewayShared

    init(listener: Listener, shared: GatewayShared) {
        self.listener = listener
        self.shared = shared
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // That client was gone before it was accepted. The next one is not.
        if let error = error as? IOError, error.errnoCode == ECONNABORTED { return }
        shared.logger.warning("Could not accept connections", metadata: ["reason": "\(error)"])
        listener.pause(context.channel, for: Self.pause) { [shared] in shared.isFull }
    }
}
