import NIOCore
import Synchronization

/// The listening socket. Paused while the gateway has as many connections as it may: then the system's queue keeps the rest.
final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)

    func attach(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    var localAddress: SocketAddress? { channel.withLock { $0?.localAddress } }

    /// To be called when the gateway becomes full, and when it no longer is. What counts is how it stands when the listener's own
    /// loop gets to it: calls of two loops may come in either order.
    func settle(isFull: @escaping @Sendable () -> Bool) {
        let open = channel.withLock { $0 }
        open?.eventLoop.execute {
            open?.setOption(.autoRead, value: !isFull()).whenFailure { _ in }
        }
    }

    func close() async {
        let open = channel.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? await open?.close()
    }
}
