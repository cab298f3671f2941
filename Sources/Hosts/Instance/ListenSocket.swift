import Glibc

/// A listening socket that the service manager made and passed on: sd_listen_fds(3). It goes on queueing connections while the
/// program behind it is exchanged.
package struct ListenSocket: Hashable, Sendable {
    package var descriptor: Int32
    /// `FileDescriptorName=` of the socket unit; the unit's own name when it has none.
    package var name: String
    /// An IP address in its text form; empty when it is no TCP socket.
    package var host: String
    package var port: Int

    package init(descriptor: Int32, name: String, host: String, port: Int) {
        self.descriptor = descriptor
        self.name = name
        self.host = host
        self.port = port
    }

    /// The first one passed on, by convention.
    private static let first: Int32 = 3

    /// Takes what was passed to this process, marks it so that no child inherits it, and removes the variables that say so.
    /// Call it once: afterwards the descriptors belong to the caller.
    package static func take(from environment: inout [String: String]) -> [ListenSocket] {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { environment[name] = nil } }
        guard environment["LISTEN_PID"] == "\(getpid())", let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }),
            (1...64).contains(count)
        else { return [] }
        let names = environment["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        return (0..<count).compactMap { index in
            let descriptor = first + index
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
            let name = Int(index) < names.count ? String(names[Int(index)]) : ""
            let (host, port) = address(of: descriptor) ?? ("", 0)
            return ListenSocket(descriptor: descriptor, name: name, host: host, port: port)
        }
    }

    private static func address(of descriptor: Int32) -> (String, Int)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let found = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0 else { return false }
                return getnameinfo(
                    address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0
            }
        }
        guard found, storage.ss_family == AF_INET || storage.ss_family == AF_INET6 else { return nil }
        return (text(host), Int(text(port)) ?? 0)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether it is what would be had by listening at this address: the same, or all addresses either way.
    package func isBound(to host: String, port: Int) -> Bool {
        let all = ["0.0.0.0", "::"]
        return self.port == port && port != 0 && (self.host == host || (all.contains(self.host) && all.contains(host)))
    }
}
