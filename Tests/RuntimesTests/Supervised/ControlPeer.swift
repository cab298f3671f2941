import Glibc
import RolloutTesting
import SystemPackage

@testable import Runtimes

/// Talks to a supervisor byte by byte, as no agent of ours would.
struct ControlPeer {
    let socket: RawSocket

    init(_ directory: FilePath) throws {
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(ControlSocket.path(in: directory).string.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        socket = RawSocket(descriptor: descriptor)
        guard connected == 0 else { throw Errno(rawValue: errno) }
    }

    /// Sends something; everything that comes back until the supervisor hangs up.
    func exchange(_ bytes: [UInt8]) -> String {
        try? socket.send(bytes)
        return (try? socket.receiveToEnd()).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
