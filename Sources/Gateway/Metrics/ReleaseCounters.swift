/// What one event loop counts for one release.
final class ReleaseCounters: Sendable {
    let informational = Counter()
    let success = Counter()
    let redirection = Counter()
    let clientError = Counter()
    let serverError = Counter()
    let retries = Counter()
    let unanswered = Counter()
    let truncated = Counter()
    let abandoned = Counter()
    let tunnels = Counter()
    let bytesToBackend = Counter()
    let bytesToClient = Counter()
    let inFlight = Counter()
    private let latencyTotal = Counter()
    /// The latency histogram's buckets; allocated once, freed with the object, changed by its loop only.
    private nonisolated(unsafe) let buckets: UnsafeMutablePointer<Counter>

    init() {
        buckets = .allocate(capacity: LatencyHistogram.bucketCount)
        for bucket in 0..<LatencyHistogram.bucketCount { (buckets + bucket).initialize(to: Counter()) }
    }

    deinit {
        buckets.deinitialize(count: LatencyHistogram.bucketCount)
        buckets.deallocate()
    }

    @inline(__always)
    func responded(status: Int) {
        switch status / 100 {
        case 1: informational.add()
        case 2: success.add()
        case 3: redirection.add()
        case 4: clientError.add()
        default: serverError.add()
        }
    }

    @inline(__always)
    func took(microseconds: UInt64) {
        buckets[LatencyHistogram.bucket(microseconds)].add()
        latencyTotal.add(microseconds)
    }

    func add(to release: inout GatewayMetrics.Release) {
        let responses = [informational.value, success.value, redirection.value, clientError.value, serverError.value]
        for (index, count) in responses.enumerated() { release.responses[index] += count }
        release.retries += retries.value
        release.unanswered += unanswered.value
        release.truncated += truncated.value
        release.abandoned += abandoned.value
        release.tunnels += tunnels.value
        release.bytesToBackend += bytesToBackend.value
        release.bytesToClient += bytesToClient.value
        release.inFlight += inFlight.value
        release.latency.totalMicroseconds += latencyTotal.value
        for bucket in 0..<LatencyHistogram.bucketCount { release.latency.counts[bucket] += buckets[bucket].value }
    }
}
