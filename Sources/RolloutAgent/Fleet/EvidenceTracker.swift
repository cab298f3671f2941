import Gateway
import ReleaseStore
import RolloutCore
import Synchronization

/// Turns a gateway's counters into evidence about the release that serves, beside the one that served before it.
final class EvidenceTracker: Sendable {
    private struct State {
        /// The release that serves, and its counters when it began to.
        var serving: (release: Digest, start: GatewayMetrics.Release)?
        var current: ReleaseSample?
        var previous: ReleaseSample?
        /// Also of what is about to serve: its first probe comes before it does.
        var probes: [Digest: (passed: Int, failed: Int)] = [:]
    }

    private let state = Mutex(State())

    /// Notes a probe of a release's own route.
    func noteProbe(of release: Digest, passed: Bool) {
        state.withLock { state in
            var count = state.probes[release] ?? (0, 0)
            if passed { count.passed += 1 } else { count.failed += 1 }
            state.probes[release] = count
        }
    }

    /// What is known about `serving` now. Called often enough to notice when it changes.
    func evidence(of serving: Digest?, _ metrics: GatewayMetrics?) -> HostEvidence? {
        state.withLock { state in
            guard let serving else { return nil }
            let now = metrics?.releases[serving] ?? GatewayMetrics.Release()
            if state.serving?.release != serving {
                if let old = state.serving, let last = metrics?.releases[old.release] {
                    state.previous = Self.sample(old.release, since: old.start, last)
                }
                state.serving = (serving, now)
                state.probes = state.probes.filter { $0.key == serving }
            }
            guard let start = state.serving?.start else { return nil }
            let probes = state.probes[serving] ?? (0, 0)
            return HostEvidence(
                current: Self.sample(serving, since: start, now), previous: state.previous, probesPassed: probes.passed,
                probesFailed: probes.failed)
        }
    }

    private static func sample(
        _ release: Digest, since start: GatewayMetrics.Release, _ now: GatewayMetrics.Release
    ) -> ReleaseSample {
        let latency = now.latency.since(start.latency).percentile(0.95)
        return ReleaseSample(
            release: release, requests: now.answers &- start.answers, errors: now.errors &- start.errors,
            latency: latency.map { UInt64(max($0 / .microseconds(1), 0)) })
    }
}
