import NIOCore
import Synchronization

/// The listening socket. Paused while the gateway has as many connections as it may: then the system's queue keeps the rest.
final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)

    func attach(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    var localAddress: SocketAddress? { channel.withLock { $0?.localAddress } }

    func pause() { set(accepting: false) }

    func resume() { set(accepting: true) }

    func close() async {
        let open = channel.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? await open?.close()
    }

    private func set(accepting: Bool) {
        channel.withLock { $0?.setOption(.autoRead, value: accepting).whenFailure { _ in } }
    }
}
