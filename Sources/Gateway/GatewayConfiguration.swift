/// Everything a gateway can be told, and every default.
package struct GatewayConfiguration: Sendable {
    /// What to believe of `X-Forwarded-*` in a request.
    package enum ForwardedTrust: Hashable, Sendable {
        /// Clients come through a proxy (a load balancer): append to `X-Forwarded-For`, keep `-Proto` and `-Host`.
        case proxy
        /// Clients come directly: replace all three, and drop `Forwarded`.
        case nobody
    }

    // MARK: Listening

    /// An IP address.
    package var host = "0.0.0.0"
    /// 0 lets the system choose; see `Gateway.address`.
    package var port = 8080
    /// A listening socket that was inherited (systemd, a predecessor). Overrides host and port; the gateway owns it.
    package var listenDescriptor: Int32?
    /// Connections the system queues until they are accepted.
    package var backlog: Int32 = 1024
    /// Event loops. One is enough for tens of thousands of requests a second, and leaves the host to the backends.
    package var threads = 1

    // MARK: Limits on clients

    /// Bytes of a request line with its header fields. What HAProxy and Node.js allow by default.
    package var requestHeadBytes = 16 << 10
    /// Bytes of a response's status line with its header fields.
    package var responseHeadBytes = 64 << 10
    /// Header fields in a message.
    package var headerFields = 128
    /// Time for a request's header, from its first byte.
    package var headerTime: Duration = .seconds(10)
    /// Time a client connection may be idle between requests. Above the 60 s of an AWS load balancer, which must be the
    /// one that closes first: else it sends a request into a connection that is closing and answers 502.
    package var idleTime: Duration = .seconds(90)
    /// Time a client may neither send the body it owes nor take the response it is sent.
    package var stallTime: Duration = .seconds(60)
    /// Time a client has to close after the last response of a connection, from its last byte.
    package var lingerTime: Duration = .seconds(2)
    /// The same from the response: how long what is still being uploaded is thrown away, so that the client can read it.
    package var lingerLimit: Duration = .seconds(30)
    /// Client connections; more wait in the backlog.
    package var maximumConnections = 10_000
    /// Requests waiting for a backend to be ready, at most; more are answered 503 at once.
    package var maximumHeldRequests = 1_000
    /// How long such a request waits before it is answered 503.
    package var holdTime: Duration = .seconds(10)
    /// Bytes of a request body or of pipelined requests kept while they cannot be passed on.
    package var pendingBytes = 64 << 10
    /// `Retry-After` of a 503.
    package var retryAfter: Duration = .seconds(1)

    // MARK: Backends

    /// Time for a connection to a backend.
    package var connectTime: Duration = .seconds(5)
    /// Time a backend that owes a response, or the rest of one, may send nothing, from the last byte of the request: then the answer is
    /// 504, or what was begun is broken off. `nil`: as long as it takes. Does not concern tunnels.
    package var responseTime: Duration? = .seconds(60)
    /// Time an unused connection to a backend is kept.
    package var backendIdleTime: Duration = .seconds(30)
    /// Times a request is tried, at most. Which requests are tried again: see `Gateway`.
    package var attempts = 3

    // MARK: Header fields

    /// Puts `x-wasmrollout-release` and `x-wasmrollout-host` on responses.
    package var identifiesItself = true
    /// This host, as named in `x-wasmrollout-host`.
    package var hostName: String
    package var forwardedTrust = ForwardedTrust.proxy
    /// Puts `Via` on requests and responses (RFC 9110, section 7.6.3).
    package var addsVia = true
    /// Passes connections that begin with the HTTP/2 preface through to a backend, untouched.
    package var passesHTTP2 = true

    package init(hostName: String) { self.hostName = hostName }
}
