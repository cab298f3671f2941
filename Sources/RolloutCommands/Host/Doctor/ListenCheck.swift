import Glibc
import RolloutAgent

/// Tries to listen where the agent will.
enum ListenCheck {
    static func run(_ name: String, _ address: ListenAddress) -> HealthCheck {
        guard address.port != 0 else { return .ok(name, "any free port of \(address.host)") }
        switch attempt(address) {
        case 0: return .ok(name, "\(address) is free")
        case EADDRINUSE:
            return .warning(
                name, "\(address) is in use", "Fine if this host's agent is running; else stop what uses it or change the port."
            )
        case EACCES:
            return .problem(
                name, "\(address): permission denied", "Use a port from 1024 on, or give the agent CAP_NET_BIND_SERVICE.")
        case let code:
            return .problem(name, "\(address): \(String(cString: strerror(code)))", "Correct the address.")
        }
    }

    /// 0, or an errno.
    private static func attempt(_ address: ListenAddress) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &list) == 0, let info = list else { return EADDRNOTAVAIL }
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.pointee.ai_family, info.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else { return errno }
        return listen(descriptor, 1) == 0 ? 0 : errno
    }
}
