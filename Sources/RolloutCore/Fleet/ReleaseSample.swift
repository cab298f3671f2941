/// What a host's gateway answered for one release.
package struct ReleaseSample: Codable, Hashable, Sendable {
    package var release: Digest
    /// Answers; without informational ones.
    package var requests: UInt64
    /// Answers with a 5xx status, and such as broke off.
    package var errors: UInt64
    /// The 95th percentile, in microseconds; `nil` without requests.
    package var latency: UInt64?

    package init(release: Digest, requests: UInt64 = 0, errors: UInt64 = 0, latency: UInt64? = nil) {
        self.release = release
        self.requests = requests
        self.errors = errors
        self.latency = latency
    }

    /// 0 to 1; 0 without requests.
    var errorRatio: Double { requests == 0 ? 0 : Double(errors) / Double(requests) }
}

/// The gateway's numbers for what a host serves, and for what it served before. From the same host, so that they can be compared.
package struct HostEvidence: Codable, Hashable, Sendable {
    /// Since the release serves here.
    package var current: ReleaseSample
    /// `nil`: nothing served before, as far as this agent remembers.
    package var previous: ReleaseSample?
    /// Probes of the application's own route: the one before it got traffic here, and those during its bake.
    package var probesPassed: Int
    package var probesFailed: Int

    package init(current: ReleaseSample, previous: ReleaseSample? = nil, probesPassed: Int = 0, probesFailed: Int = 0) {
        self.current = current
        self.previous = previous
        self.probesPassed = probesPassed
        self.probesFailed = probesFailed
    }

    /// Whether no gateway can have counted so.
    var isAbsurd: Bool {
        current.errors > current.requests || previous.map { $0.errors > $0.requests } ?? false || probesPassed < 0
            || probesFailed < 0
    }

    /// Whether the probes alone are good enough: some were made, and nine of ten passed.
    var probesSuffice: Bool { probesPassed > 0 && probesFailed <= probesPassed / 10 }
}
