/// `[app.gateway]`: the listener's limits. What stays `nil` keeps the gateway's own default.
package struct GatewaySection: Hashable, Sendable {
    package var threads: Int?
    package var connections: Int?
    package var headerBytes: Int?
    package var headerTimeout: Duration?
    package var idleTimeout: Duration?
    /// How long a backend may be silent that owes a response; zero: for ever.
    package var responseTimeout: Duration?
    /// How many requests are held while no backend is ready, and for how long.
    package var holdRequests: Int?
    package var holdTimeout: Duration?
    /// Whether responses carry `x-wasmrollout-release` and `x-wasmrollout-host`.
    package var identify: Bool
    /// Between SIGTERM and the moment new connections are no longer taken: for the load balancer to notice. `nil`: the kind of host says.
    package var deregistration: Duration?

    package init(
        threads: Int? = nil, connections: Int? = nil, headerBytes: Int? = nil, headerTimeout: Duration? = nil,
        idleTimeout: Duration? = nil, responseTimeout: Duration? = nil, holdRequests: Int? = nil, holdTimeout: Duration? = nil,
        identify: Bool = true,
        deregistration: Duration? = nil
    ) {
        self.threads = threads
        self.connections = connections
        self.headerBytes = headerBytes
        self.headerTimeout = headerTimeout
        self.idleTimeout = idleTimeout
        self.responseTimeout = responseTimeout
        self.holdRequests = holdRequests
        self.holdTimeout = holdTimeout
        self.identify = identify
        self.deregistration = deregistration
    }

    init(_ section: ConfigurationSection) {
        func positive(_ key: String) -> Int? {
            guard let number = section.integer(key) else { return nil }
            if number < 1 { section.problem(key, "is \(number); it must be at least 1") }
            return number
        }
        func duration(_ key: String) -> Duration? {
            let value = section.duration(key, default: .zero)
            return value == .zero ? nil : value
        }
        self.threads = positive("threads")
        self.connections = positive("connections")
        self.headerBytes = positive("header-bytes")
        self.headerTimeout = duration("header-timeout")
        self.idleTimeout = duration("idle-timeout")
        self.responseTimeout = section.optionalDuration("response-timeout")
        self.holdRequests = positive("hold-requests")
        self.holdTimeout = duration("hold-timeout")
        self.identify = section.boolean("identify") ?? true
        self.deregistration = section.optionalDuration("deregistration")
        section.refuseUnknown()
    }
}
