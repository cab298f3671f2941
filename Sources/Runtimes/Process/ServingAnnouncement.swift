import RolloutCore

/// The line by which Spin (2.5 and later) and the embedded WAGI host say where they listen: `Serving http://127.0.0.1:3000`.
/// Printed after the port is bound, with the real port.
enum ServingAnnouncement {
    /// `nil` when the line is another one. An address that means "all interfaces" becomes the loopback one.
    static func address(in line: String) -> BackendAddress? {
        let prefix = "Serving http://"
        guard line.hasPrefix(prefix) else { return nil }
        let authority = line.dropFirst(prefix.count).prefix { $0 != "/" && $0 != " " }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        let host = authority[..<colon].filter { $0 != "[" && $0 != "]" }
        switch host {
        case "": return nil
        case "0.0.0.0": return BackendAddress(host: "127.0.0.1", port: port)
        case "::": return BackendAddress(host: "::1", port: port)
        default: return BackendAddress(host: host, port: port)
        }
    }
}
