import RolloutCore

/// A gateway's counters at one moment. All but the gauges only grow.
package struct GatewayMetrics: Hashable, Sendable {
    /// What concerns one release, over all its generations.
    package struct Release: Hashable, Sendable {
        /// Responses by the first digit of their status: index 0 is 1xx.
        package var responses = [UInt64](repeating: 0, count: 5)
        /// Attempts that were made again elsewhere.
        package var retries: UInt64 = 0
        /// Requests that the backend gave no response: it closed, was silent, or said what nobody can read.
        package var unanswered: UInt64 = 0
        /// Responses and tunnels that the backend broke off, or fell silent in; without responses that were errors anyway.
        package var truncated: UInt64 = 0
        /// Requests whose client was gone, or stalled, before it had the whole response.
        package var abandoned: UInt64 = 0
        /// Connections switched to another protocol, and HTTP/2 connections passed through.
        package var tunnels: UInt64 = 0
        package var bytesToBackend: UInt64 = 0
        package var bytesToClient: UInt64 = 0
        /// Gauge.
        package var inFlight: UInt64 = 0
        /// From the request's head to the end of the response; without tunnels.
        package var latency = LatencyHistogram()

        package init() {}

        /// What the release did with requests: final responses, tunnels, and requests that got none.
        package var answers: UInt64 { responses.dropFirst().reduce(0, +) + tunnels + unanswered }
        /// Of these, what failed through its own fault.
        package var errors: UInt64 { (responses.last ?? 0) + unanswered + truncated }
    }

    package var releases: [Digest: Release] = [:]
    /// Responses that the gateway made itself, by status.
    package var ownResponses: [Int: UInt64] = [:]
    package var acceptedConnections: UInt64 = 0
    /// Gauge.
    package var openConnections = 0
    /// Requests that had to wait for a backend.
    package var heldRequests: UInt64 = 0
    /// Gauge.
    package var holding = 0

    package init() {}
}
