extension WagiRequest {
    /// The guest's environment for a request that a route matched.
    package func environment(_ match: RouteMatch) -> [String: String] {
        var variables = cgiVariables(match)
        for (name, value) in headers {
            let key = "HTTP_" + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
            // RFC 3875, 4.1.18: what concerns the connection and its credentials stays with the server.
            if key == "HTTP_AUTHORIZATION" || key == "HTTP_CONNECTION" { continue }
            let value = isVisible(value) ? value : "CORRUPT VALUE"
            // Of a header that comes more than once Spin keeps the last. But the last Via is the gateway's own, and would hide the
            // others.
            if key == "HTTP_VIA", let before = variables[key] {
                variables[key] = "\(before), \(value)"
            } else {
                variables[key] = value
            }
        }
        // Spin's own come last and win.
        variables["PATH_INFO"] = match.trailing
        variables["X_FULL_URL"] = "http://\(header("host") ?? "localhost")\(path)\(query.isEmpty ? "" : "?" + query)"
        variables["X_MATCHED_ROUTE"] = match.route.based
        variables["X_COMPONENT_ROUTE"] = match.route.rawPrefix
        variables["X_RAW_COMPONENT_ROUTE"] = match.route.raw
        variables["X_BASE_PATH"] = "/"
        let host = clientHost.contains(":") ? "[\(clientHost)]" : clientHost
        variables["X_CLIENT_ADDR"] = "\(host):\(clientPort)"
        for (name, value) in match.parameters { variables["X_PATH_MATCH_\(name.uppercased())"] = value }
        return variables
    }

    private func cgiVariables(_ match: RouteMatch) -> [String: String] {
        let (serverName, serverPort) = server
        return [
            "AUTH_TYPE": "",
            "CONTENT_LENGTH": String(bodyLength),
            // Spin looks for a header spelled like the variable, so this is empty for every ordinary request.
            "CONTENT_TYPE": header("content_type") ?? "",
            "GATEWAY_INTERFACE": "CGI/1.1",
            "PATH_TRANSLATED": percentDecoded(match.trailing),
            "QUERY_STRING": query,
            "REMOTE_ADDR": clientHost,
            "REMOTE_HOST": clientHost,
            "REMOTE_USER": "",
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": match.route.basedPrefix,
            "SERVER_NAME": serverName,
            "SERVER_PORT": serverPort,
            "SERVER_PROTOCOL": "HTTP/1.\(minorVersion)",
            "SERVER_SOFTWARE": "WAGI/1",
            "X_RAW_PATH_INFO": match.trailing,
        ]
    }

    /// From the Host header, cut at its first colon (which is wrong for IPv6, as in Spin).
    private var server: (name: String, port: String) {
        let host = header("host") ?? ""
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.flatMap { $0.isEmpty ? nil : String($0) } ?? "default_host"
        let port = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : "80"
        return (name, port)
    }
}

private func isVisible(_ value: String) -> Bool { value.utf8.allSatisfy { (32...126).contains($0) || $0 == 9 } }

/// `%41` becomes `A`; what is no escape stays; what is not UTF-8 afterwards becomes U+FFFD.
private func percentDecoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if bytes[index] == 37, index + 2 < bytes.count, let high = nibble(bytes[index + 1]), let low = nibble(bytes[index + 2])
        {
            decoded.append(high << 4 | low)
            index += 3
        } else {
            decoded.append(bytes[index])
            index += 1
        }
    }
    return String(decoding: decoded, as: UTF8.self)
}

private func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 65...70: digit - 55
    case 97...102: digit - 87
    default: nil
    }
}
