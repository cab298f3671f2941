/// Where a backend listens for HTTP.
package struct BackendAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// An IP address in its text form, without brackets.
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// As it stands in a URL: `127.0.0.1:3000`, `[::1]:3000`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
