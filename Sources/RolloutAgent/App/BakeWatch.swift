import RolloutCore

/// Watches a release on probation: probes of the app's own route, and what the gateway answered for it.
struct BakeWatch: Sendable {
    let probe: ProbeSection
    let driver: any BackendDriver

    /// Returns what is wrong once enough shows it; `nil` when the watch is called off.
    func findFault(in backend: BackendID) async -> String? {
        let start = driver.answers(of: backend.release)
        var failures = 0
        while !Task.isCancelled {
            do { try await Task.sleep(for: probe.interval) } catch { return nil }
            if let failure = await driver.probe(backend) {
                failures += 1
                if failures >= probe.failures { return "\(failures) probes in a row failed, the last one: \(failure)" }
            } else {
                failures = 0
            }
            let now = driver.answers(of: backend.release)
            let (total, errors) = (now.total &- start.total, now.errors &- start.errors)
            if total >= UInt64(probe.errorMinimum), errors * 100 >= total * UInt64(probe.errorPercent) {
                return "\(errors) of \(total) answers while it baked were errors (5xx)."
            }
        }
        return nil
    }
}
