import Logging
import RolloutCore
import Synchronization

/// What the event loops of a gateway share.
final class GatewayShared: Sendable {
    /// Releases whose counters are remembered.
    private static let rememberedReleases = 32

    private struct Registry {
        var releases: [(release: Digest, loop: Int, counters: ReleaseCounters)] = []
        var ownResponses: [Int: UInt64] = [:]

        /// Leaves out the oldest releases that are too many. Never one that an event loop still counts for, however old: it may be
        /// the one that serves.
        mutating func forgetUnused() {
            var oldest: [Digest] = []
            for entry in releases where !oldest.contains(entry.release) { oldest.append(entry.release) }
            var tooMany = oldest.count - GatewayShared.rememberedReleases
            for release in oldest where tooMany > 0 {
                let indices = releases.indices.filter { releases[$0].release == release }
                guard indices.allSatisfy({ isKnownUniquelyReferenced(&releases[$0].counters) }) else { continue }
                releases.removeAll { $0.release == release }
                tooMany -= 1
            }
        }
    }

    let configuration: GatewayConfiguration
    let logger: Logger
    let events: AsyncStream<GatewayEvent>
    let openConnections = Atomic<Int>(0)
    let acceptedConnections = Atomic<UInt64>(0)
    let holding = Atomic<Int>(0)
    let heldRequests = Atomic<UInt64>(0)
    private let continuation: AsyncStream<GatewayEvent>.Continuation
    private let registry = Mutex(Registry())

    init(configuration: GatewayConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        // A reader that has fallen that far behind needs the newest: what counts is where the traffic is now.
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
    }

    /// As many clients as there may be.
    var isFull: Bool { openConnections.load(ordering: .relaxed) >= configuration.maximumConnections }

    func emit(_ event: GatewayEvent) { continuation.yield(event) }

    func finish() { continuation.finish() }

    func replied(status: Int) { registry.withLock { $0.ownResponses[status, default: 0] += 1 } }

    /// Counters for a loop's traffic to a release: the same ones for all its generations.
    func counters(for release: Digest, loop: Int) -> ReleaseCounters {
        registry.withLock { registry in
            if let known = registry.releases.first(where: { $0.release == release && $0.loop == loop }) {
                return known.counters
            }
            let counters = ReleaseCounters()
            registry.releases.append((release, loop, counters))
            registry.forgetUnused()
            return counters
        }
    }

    func metrics() -> GatewayMetrics {
        var metrics = GatewayMetrics()
        registry.withLock { registry in
            for (release, _, counters) in registry.releases { counters.add(to: &metrics.releases[release, default: .init()]) }
            metrics.ownResponses = registry.ownResponses
        }
        metrics.openConnections = openConnections.load(ordering: .relaxed)
        metrics.acceptedConnections = acceptedConnections.load(ordering: .relaxed)
        metrics.holding = holding.load(ordering: .relaxed)
        metrics.heldRequests = heldRequests.load(ordering: .relaxed)
        return metrics
    }
}
