/// What the gateways' own numbers must show before a rollout advances. A host's release is compared with the release before it on the
/// same host, so that a slow host, or an application that was bad before, is not held against the new release.
package struct EvidencePolicy: Codable, Hashable, Sendable {
    /// What to do when there were too few requests to judge by.
    package enum Insufficiency: String, Codable, CaseIterable, Sendable {
        /// Go on when enough requests came.
        case wait
        /// Be content with the host's own probes of the application.
        case probe
        /// Go by the bake alone.
        case time
    }

    /// Requests a verdict needs, of each of the two releases.
    package var minimum: Int
    /// How much more of the answers may be errors (5xx) than with the release before.
    package var errors: Share
    /// The 95th percentile of the latency may be this many percent of the one before.
    package var latency: Int
    package var insufficient: Insufficiency

    package init(
        minimum: Int = 100, errors: Share = .percent(1), latency: Int = 200, insufficient: Insufficiency = .probe
    ) {
        self.minimum = minimum
        self.errors = errors
        self.latency = latency
        self.insufficient = insufficient
    }

    /// Differences below this are noise: a percentile is known to 25 % only, and a new backend's first requests are slow.
    package static let latencyNoise: Duration = .milliseconds(20)

    var defect: String? {
        if !(1...1_000_000_000).contains(minimum) { return "the minimum sample is 1 to 1000000000 requests" }
        if !(100...100_000).contains(latency) { return "the latency may be 100 to 100000 percent of the one before" }
        return nil
    }
}

extension EvidencePolicy: LosslessStringConvertible {
    /// Takes `minimum=100,errors=1%,latency=200%,insufficient=probe`; what is left out keeps its default. Anything else is `nil`.
    package init?(_ description: String) {
        self.init()
        var seen = Set<Substring>()
        for field in description.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = field.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, seen.insert(parts[0]).inserted else { return nil }
            switch parts[0] {
            case "minimum":
                guard let minimum = Int(parts[1]) else { return nil }
                self.minimum = minimum
            case "errors":
                guard let errors = Share(String(parts[1])) else { return nil }
                self.errors = errors
            case "latency":
                guard parts[1].hasSuffix("%"), let latency = Int(parts[1].dropLast()) else { return nil }
                self.latency = latency
            case "insufficient":
                guard let insufficient = Insufficiency(rawValue: String(parts[1])) else { return nil }
                self.insufficient = insufficient
            default: return nil
            }
        }
        if defect != nil { return nil }
    }

    package var description: String {
        "minimum=\(minimum),errors=\(errors),latency=\(latency)%,insufficient=\(insufficient.rawValue)"
    }
}
