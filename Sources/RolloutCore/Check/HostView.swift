/// What is really there on a host, as seen from outside of its deployment.
package struct HostView: Hashable, Sendable {
    /// Backends that were started and neither ended nor were told to.
    package var running: Set<BackendID>
    /// Where new requests go; `nil` when they are held.
    package var traffic: BackendID?
    /// What `current` names.
    package var current: Digest?
    /// Releases of which a verified copy is there.
    package var verified: Set<Digest>
    /// Whether a backend was ever ready on this host.
    package var hasServed: Bool

    package init(
        running: Set<BackendID> = [], traffic: BackendID? = nil, current: Digest? = nil, verified: Set<Digest> = [],
        hasServed: Bool = false
    ) {
        self.running = running
        self.traffic = traffic
        self.current = current
        self.verified = verified
        self.hasServed = hasServed
    }
}
