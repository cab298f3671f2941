/// A response that the gateway makes itself. Says why in its body.
struct GatewayReply: Hashable, Sendable {
    var status: Int
    var reason: String
    /// In seconds.
    var retryAfter: Int64?

    init(_ status: Int, _ reason: String, retryAfter: Duration? = nil) {
        self.status = status
        self.reason = reason
        self.retryAfter = retryAfter.map { max(1, $0.components.seconds) }
    }

    init(_ fault: HTTPFault) { self.init(fault.status, "Could not read the request: \(fault.rawValue).") }

    /// - Parameter host: for `x-wasmrollout-host`; `nil` leaves it out.
    func text(host: String?, persistence: ResponseRewriter.Persistence, withoutBody: Bool) -> String {
        let body = reason + "\n"
        var text = "HTTP/1.1 \(status) \(Self.phrase(status))\r\nContent-Type: text/plain; charset=utf-8\r\n"
        text += "Content-Length: \(body.utf8.count)\r\n"
        if let retryAfter { text += "Retry-After: \(retryAfter)\r\n" }
        if let host { text += "x-wasmrollout-host: \(host)\r\n" }
        switch persistence {
        case .implied: break
        case .keepAlive: text += "Connection: keep-alive\r\n"
        case .close: text += "Connection: close\r\n"
        }
        return text + "\r\n" + (withoutBody ? "" : body)
    }

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 408: "Request Timeout"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }
}
