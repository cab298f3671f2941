import Glibc
import Synchronization

/// Ports on loopback that stay ours through restarts: below the range from which the system draws ports for outgoing
/// connections, so that no client of another test takes one while its server is down.
enum LoopbackPort {
    private static let next = Atomic<UInt32>(UInt32(getpid()) % 1000 * 10)

    static func take() -> Int {
        for _ in 0..<10_000 {
            let port = 20_000 + Int(next.add(1, ordering: .relaxed).oldValue % 10_000)
            if isFree(port) { return port }
        }
        preconditionFailure("no free port between 20000 and 30000")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
