import Hosts
import Logging
import RolloutCore

/// The listening sockets that systemd passed on, until each has found its listener.
struct PassedSockets {
    private var left: [ListenSocket]
    private let logger: Logger

    init(taking environment: inout [String: String], logger: Logger) {
        self.init(ListenSocket.take(from: &environment), logger: logger)
    }

    init(_ sockets: [ListenSocket], logger: Logger) {
        self.left = sockets
        self.logger = logger
    }

    /// The app's: by its name (`FileDescriptorName=`), else by its address.
    mutating func take(for app: AppSection) -> Int32? {
        guard let listen = app.listen else { return nil }
        let index =
            left.firstIndex { $0.name == app.name.description }
            ?? left.firstIndex { $0.isBound(to: listen.host, port: listen.port) }
        return take(index, "gateway of \(app.name)")
    }

    /// The admin listener's: by its address, for `admin` may be an app's name.
    mutating func takeAdmin(_ listen: ListenAddress) -> Int32? {
        take(left.firstIndex { $0.isBound(to: listen.host, port: listen.port) }, "admin listener")
    }

    private mutating func take(_ index: Int?, _ user: String) -> Int32? {
        guard let index else { return nil }
        let socket = left.remove(at: index)
        logger.info(
            "Listens on a socket that was passed on",
            metadata: [
                "socket": "\(socket.name)", "address": "\(ListenAddress(host: socket.host, port: socket.port))",
                "for": "\(user)",
            ])
        return socket.descriptor
    }

    /// Connections to a socket that nobody accepts from would wait for ever, so somebody should hear of it.
    func reportUnused() {
        for socket in left {
            logger.warning(
                "A socket that was passed on belongs to no listener: name it after an app, or give it that app's address",
                metadata: ["socket": "\(socket.name)", "address": "\(ListenAddress(host: socket.host, port: socket.port))"])
        }
    }
}
