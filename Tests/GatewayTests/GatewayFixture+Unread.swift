import Glibc
import RolloutSystem
import RolloutTesting
import SystemPackage

extension GatewayFixture {
    /// Whether the gateway has read all that this client sent, and its end, if it has ended: both count as unread until then.
    func hasRead(_ client: RawSocket) -> Bool {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let own = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(client.descriptor, $0, &length) }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        // In steps, whatever its size: `FileManager` reads the first page of it.
        guard let table = try? LinuxFileSystem().readAll("/proc/net/tcp", limit: 1 << 24, for: .userRead) else { return false }
        return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            // Its number, own address, the other's, state, what waits to be sent and to be read.
            guard fields.count > 4 else { return false }
            return fields[1].hasSuffix(hex(port)) && fields[2].hasSuffix(hex(own)) && fields[4].hasSuffix(":00000000")
        }
    }

    private func hex(_ port: Int) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return ":" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
