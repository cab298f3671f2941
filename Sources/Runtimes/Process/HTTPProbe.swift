import HTTPCalls
import RolloutCore

/// One small HTTP request to a backend, on a connection of its own.
package enum HTTPProbe {
    /// Asks for a path and waits for the whole answer, of which 64 KiB are kept. `host` is the Host header; the address when
    /// `nil`.
    package static func get(
        _ path: String, at address: BackendAddress, host: String? = nil, within limit: Duration
    ) async throws(HTTPFailure) -> HTTPAnswer {
        let call = HTTPCall("GET", path, headers: host.map { [("host", $0)] } ?? [])
        return try await call.send(to: HTTPService(address), within: limit)
    }

    /// Opens a connection and closes it again.
    package static func connect(to address: BackendAddress, within limit: Duration) async throws(HTTPFailure) {
        try await HTTPConnection.open(to: HTTPService(address), within: limit)
    }
}

extension HTTPService {
    fileprivate init(_ address: BackendAddress) { self.init(host: address.host, port: address.port) }
}
