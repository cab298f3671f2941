import NIOCore
import Synchronization

/// The listening socket. Paused while the gateway has as many connections as it may, and for a moment when accepting failed: then
/// the system's queue keeps the rest.
final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)
    private let isPausing = Atomic<Bool>(false)

    func attach(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    var localAddress: SocketAddress? { channel.withLock { $0?.localAddress } }

    /// To be called when the gateway becomes full, and when it no longer is. What counts is how it stands when the listener's own
    /// loop gets to it: calls of two loops may come in either order.
    func settle(isFull: @escaping @Sendable () -> Bool) {
        let open = channel.withLock { $0 }
        open?.eventLoop.execute {
            let accepts = !isFull() && !self.isPausing.load(ordering: .relaxed)
            open?.setOption(.autoRead, value: accepts).whenFailure { _ in }
        }
    }

    /// Accepts nothing for a while. On the listener's own loop.
    func pause(_ channel: any Channel, for time: TimeAmount, isFull: @escaping @Sendable () -> Bool) {
        guard !isPausing.exchange(true, ordering: .relaxed) else { return }
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
        channel.eventLoop.scheduleTask(in: time) {
            self.isPausing.store(false, ordering: .relaxed)
            self.settle(isFull: isFull)
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
