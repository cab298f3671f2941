/// An IP address and a port to listen on or connect to: `127.0.0.1:8080`, `[::]:8080`. Port 0 lets the system choose.
package struct ListenAddress: Hashable, Sendable, LosslessStringConvertible {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init?(_ description: String) {
        guard let colon = description.lastIndex(of: ":"), let port = UInt16(description[description.index(after: colon)...])
        else {
            return nil
        }
        var host = String(description[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: Int(port))
    }

    /// Where a process of this host reaches it: an address that means all interfaces is reached by loopback.
    package var loopback: String { host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
