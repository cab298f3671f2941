import NIOCore
import NIOHTTP1
import NIOPosix

/// One HTTP/1.1 request on a connection of its own, and its whole answer.
///
/// For small things beside the data path: probes, metadata services, the Lambda APIs. Time and size are bounded, redirects are not
/// followed, nothing is tried again.
package struct HTTPCall: Sendable {
    /// What becomes of an answer's body beyond `bodyLimit`.
    package enum Excess: Sendable {
        /// Read and thrown away.
        case dropped
        /// The call fails: an answer that large is none.
        case refused
    }

    package var method: String
    /// With the query; appended to the service's `basePath`.
    package var path: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Bytes of the answer's body that are kept.
    package var bodyLimit = 64 << 10
    package var excess = Excess.dropped

    package init(_ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// Sends it and waits for the whole answer. Canceling the task closes the connection.
    ///
    /// - Parameter limit: for everything, the connection included; `nil`: as long as it takes (the connection may take 10 s).
    package func send(to service: HTTPService, within limit: Duration?) async throws(HTTPFailure) -> HTTPAnswer {
        let path = service.basePath + path
        // A value from outside must not become a second header, or a second request.
        guard !path.utf8.contains(where: { $0 <= 32 || $0 == 127 }),
            headers.allSatisfy({ !$0.value.utf8.contains { $0 < 32 || $0 == 127 } })
        else { throw HTTPFailure(reason: "the request holds a control character") }
        let request = self
        return try await HTTPConnection.use(service, within: limit) { channel, promise in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(
                CallHandler(head: request.head(service, path), call: request, promise: promise))
        }
    }

    private func head(_ service: HTTPService, _ path: String) -> HTTPRequestHead {
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        if !fields.contains(name: "host") { fields.add(name: "host", value: service.authority) }
        if !fields.contains(name: "user-agent") { fields.add(name: "user-agent", value: "wasmrollout") }
        fields.replaceOrAdd(name: "connection", value: "close")
        // Servers want to know that there is none; only these methods never have one.
        if !body.isEmpty || !["GET", "HEAD"].contains(method) {
            fields.replaceOrAdd(name: "content-length", value: "\(body.count)")
        }
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: path.isEmpty ? "/" : path, headers: fields)
    }
}
