/// What a strict client saw.
package struct StrictReport: Sendable {
    /// Answered whole and right.
    package var succeeded = 0
    /// By reason.
    package var failures: [String: Int] = [:]
    /// The first few, with all that is known of them.
    package var examples: [String] = []
    /// Responses by `x-wasmrollout-release`; "" without one.
    package var releases: [String: Int] = [:]
    /// Connections opened.
    package var connections = 0
    package var slowest = Duration.zero

    package init() {}

    package var failed: Int { failures.values.reduce(0, +) }
    package var requests: Int { succeeded + failed }

    mutating func fail(_ reason: String, _ detail: String) {
        failures[reason, default: 0] += 1
        if examples.count < 10 { examples.append("\(reason): \(detail)") }
    }

    static func += (left: inout Self, right: Self) {
        left.succeeded += right.succeeded
        left.failures.merge(right.failures) { $0 + $1 }
        left.examples = Array((left.examples + right.examples).prefix(10))
        left.releases.merge(right.releases) { $0 + $1 }
        left.connections += right.connections
        left.slowest = max(left.slowest, right.slowest)
    }
}
