/// Where a service is asked: a host, a port, and the path in front of every path asked for.
package struct HTTPService: Hashable, Sendable, CustomStringConvertible {
    /// An IP address in its text form without brackets, or a host name.
    package var host: String
    package var port: Int
    /// Empty, or begins with `/` and does not end with one.
    package var basePath: String

    package init(host: String, port: Int, basePath: String = "") {
        self.host = host
        self.port = port
        self.basePath = basePath
    }

    /// From `http://host:port/path` or, without a scheme, `host:port`. `nil` for anything else, `https` and user names included.
    package init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
        // What could end a request line or begin another header, and what means something else in a URL.
        guard !rest.utf8.contains(where: { $0 <= 32 || $0 >= 127 || $0 == 64 || $0 == 63 || $0 == 35 }) else { return nil }
        var path = rest.drop { $0 != "/" }
        let authority = rest.prefix { $0 != "/" }
        while path.hasSuffix("/") { path = path.dropLast() }
        guard let (host, port) = Self.parts(authority) else { return nil }
        self.init(host: host, port: port, basePath: String(path))
    }

    private static func parts(_ authority: Substring) -> (String, Int)? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            return port(authority[authority.index(after: end)...]).map { (String(host), $0) }
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty else { return nil }
        return port(authority[host.endIndex...]).map { (String(host), $0) }
    }

    private static func port(_ text: Substring) -> Int? {
        if text.isEmpty { return 80 }
        guard text.hasPrefix(":"), let port = UInt16(text.dropFirst()), port > 0 else { return nil }
        return Int(port)
    }

    /// As in a Host header.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package var description: String { "http://\(authority)\(basePath)" }
}
