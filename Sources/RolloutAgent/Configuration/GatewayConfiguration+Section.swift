import Gateway

extension GatewayConfiguration {
    /// What the configuration leaves open keeps its default.
    mutating func apply(_ section: GatewaySection, runtime: RuntimeSection) {
        threads = section.threads ?? threads
        maximumConnections = section.connections ?? maximumConnections
        requestHeadBytes = section.headerBytes ?? requestHeadBytes
        headerTime = section.headerTimeout ?? headerTime
        idleTime = section.idleTimeout ?? idleTime
        // An embedded host that may take longer must get to say by itself that a guest took too long.
        let response = section.responseTimeout ?? max(responseTime ?? .zero, runtime.requestTimeout + .seconds(5))
        responseTime = response == .zero ? nil : response
        maximumHeldRequests = section.holdRequests ?? maximumHeldRequests
        holdTime = section.holdTimeout ?? holdTime
        identifiesItself = section.identify
    }
}
