import Glibc

/// The service manager that started this process, by the protocol of sd_notify(3): datagrams to the socket named in `NOTIFY_SOCKET`.
package struct ServiceManager: Sendable {
    /// How often it wants to hear that the process works (`WATCHDOG_USEC`), or kills it; `nil`: never.
    package let watchdog: Duration?
    private let path: String

    /// `nil` when nobody wants to be told.
    package init?(_ environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count > 1 else {
            return nil
        }
        self.path = path
        // Both variables reach every child; only the process they are meant for counts.
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = isOurs ? environment["WATCHDOG_USEC"].flatMap { Int64($0) } : nil
        self.watchdog = microseconds.flatMap { $0 > 0 ? .microseconds($0) : nil }
    }

    /// What must not reach a child: it would speak in this process's name.
    package static let variables: Set<String> = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

    /// Sends assignments such as `READY=1`; an errno when it could not, 0 otherwise. Waits a second at most.
    @discardableResult
    package func tell(_ assignments: [String]) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard let (address, length) = address() else { return ENAMETOOLONG }
        // One line each: a line break in a value would begin another assignment.
        let text = assignments.map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
        let bytes = Array(text.utf8)
        let sent = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
        return sent == bytes.count ? 0 : errno
    }

    private func address() -> (sockaddr_un, socklen_t)? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // A name without a file begins with a zero byte, written as @.
        if name.first == 64 { name[0] = 0 }
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < capacity else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let offset = MemoryLayout<sa_family_t>.size
        return (address, socklen_t(offset + name.count))
    }
}
