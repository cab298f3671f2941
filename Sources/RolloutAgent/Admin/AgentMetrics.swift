import Gateway
import ReleaseStore
import RolloutCore

/// The agent's numbers for Prometheus.
struct AgentMetrics: Sendable {
    let apps: [HostedApp]
    let reporter: StatusReporter
    let watcher: VolumeWatcher

    func page() -> String {
        var text = PrometheusText()
        let statuses = reporter.statuses()
        text.metric("wasmrollout_build_info", .gauge, "The agent's version.")
        text.sample("wasmrollout_build_info", [("version", AgentVersion.current)], 1)
        text.metric("wasmrollout_ready", .gauge, "Whether the app can answer requests.")
        for status in statuses { text.sample("wasmrollout_ready", [app(status.app)], status.health == .ready ? 1 : 0) }
        text.metric("wasmrollout_serving_info", .gauge, "The release that is served.")
        for status in statuses {
            guard let serving = status.serving else { continue }
            text.sample("wasmrollout_serving_info", [app(status.app), ("release", serving.release.hex)], 1)
        }
        text.metric("wasmrollout_log_accepted_sequence", .gauge, "The newest record of the log that this host accepted.")
        for status in statuses { text.sample("wasmrollout_log_accepted_sequence", [app(status.app)], status.acceptedSequence) }
        text.metric(
            "wasmrollout_volume_last_seen_timestamp_seconds", .gauge,
            "When the volume last answered. `time() -` this is its staleness.")
        for status in statuses {
            guard let seen = status.volumeSeen else { continue }
            text.sample(
                "wasmrollout_volume_last_seen_timestamp_seconds", [app(status.app)], seconds: Double(seen.milliseconds) / 1000)
        }
        text.metric("wasmrollout_volume_followed", .gauge, "Whether the volume can be read and its log is trusted.")
        for status in statuses {
            text.sample("wasmrollout_volume_followed", [app(status.app)], watcher.view(of: status.app).problem == nil ? 1 : 0)
        }
        text.metric("wasmrollout_refused_releases", .gauge, "Releases this host refuses.")
        for status in statuses { text.sample("wasmrollout_refused_releases", [app(status.app)], status.refused.count) }
        text.metric("wasmrollout_polls_total", .counter, "Polls of the volume.")
        text.sample("wasmrollout_polls_total", [], watcher.passCount)
        addTargets(to: &text)
        addTallies(to: &text)
        addGateways(to: &text)
        return text.page
    }

    private func app(_ name: AppName) -> (String, String) { ("app", name.description) }

    private func addTargets(to text: inout PrometheusText) {
        text.metric("wasmrollout_target_info", .gauge, "The release that this host should serve; absent when there is none.")
        for app in apps {
            guard let target = app.agent.deployment.decision?.target else { continue }
            text.sample("wasmrollout_target_info", [self.app(app.section.name), ("release", target.release.hex)], 1)
        }
        text.metric("wasmrollout_baking", .gauge, "Whether the release that is served is on probation.")
        for app in apps {
            let isBaking = app.agent.deployment.record.probation?.fallback != nil
            text.sample("wasmrollout_baking", [self.app(app.section.name)], isBaking ? 1 : 0)
        }
    }

    /// Since the agent began.
    private func addTallies(to text: inout PrometheusText) {
        let tallies = apps.map { (app: app($0.section.name), counts: $0.agent.tally.counts) }
        func counter(_ name: String, _ help: String, _ count: KeyPath<AppTally.Counts, UInt64>) {
            text.metric(name, .counter, help)
            for tally in tallies { text.sample(name, [tally.app], tally.counts[keyPath: count]) }
        }
        counter("wasmrollout_switches_total", "Times the traffic went to another release.", \.switches)
        counter("wasmrollout_rollbacks_total", "Times this host went back to the release that served before.", \.rollbacks)
        counter("wasmrollout_refusals_total", "Times this host refused a release.", \.refusals)
        counter("wasmrollout_records_accepted_total", "Records of the log that were accepted.", \.recordsAccepted)
        text.metric(
            "wasmrollout_materialize_duration_seconds", .summary, "Copying a release to the local disk, or rechecking it there."
        )
        for tally in tallies {
            let seconds = Double(tally.counts.materializeTime.milliseconds) / 1000
            text.sample("wasmrollout_materialize_duration_seconds_sum", [tally.app], seconds: seconds)
            text.sample("wasmrollout_materialize_duration_seconds_count", [tally.app], tally.counts.materializations)
        }
        text.metric(
            "wasmrollout_guest_failures_total", .counter, "Requests that the embedded host answered instead of a guest, by why."
        )
        for tally in tallies {
            for (kind, count) in tally.counts.guestFailures.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.sample("wasmrollout_guest_failures_total", [tally.app, ("kind", kind.rawValue)], count)
            }
        }
        text.metric("wasmrollout_hook_runs_total", .counter, "Hooks that ended, by outcome.")
        for tally in tallies {
            for point in HookPoint.allCases {
                for (outcome, counts) in [("passed", tally.counts.hooksPassed), ("failed", tally.counts.hooksFailed)] {
                    guard let count = counts[point] else { continue }
                    text.sample(
                        "wasmrollout_hook_runs_total", [tally.app, ("hook", point.rawValue), ("outcome", outcome)], count)
                }
            }
        }
    }

    private func addGateways(to text: inout PrometheusText) {
        let gateways = apps.compactMap { app in app.gateway.map { (app.section.name, $0.metrics()) } }
        text.metric("wasmrollout_gateway_connections", .gauge, "Open client connections.")
        for (name, metrics) in gateways { text.sample("wasmrollout_gateway_connections", [app(name)], metrics.openConnections) }
        text.metric("wasmrollout_gateway_connections_accepted_total", .counter, "Client connections accepted.")
        for (name, metrics) in gateways {
            text.sample("wasmrollout_gateway_connections_accepted_total", [app(name)], metrics.acceptedConnections)
        }
        text.metric("wasmrollout_gateway_held_requests_total", .counter, "Requests that had to wait for a backend.")
        for (name, metrics) in gateways {
            text.sample("wasmrollout_gateway_held_requests_total", [app(name)], metrics.heldRequests)
        }
        text.metric("wasmrollout_gateway_own_responses_total", .counter, "Responses the gateway made itself.")
        for (name, metrics) in gateways {
            for (status, count) in metrics.ownResponses.sorted(by: { $0.key < $1.key }) {
                text.sample("wasmrollout_gateway_own_responses_total", [app(name), ("code", "\(status)")], count)
            }
        }
        text.metric("wasmrollout_requests_total", .counter, "Responses of the app, by release and class of status.")
        each(gateways) { labels, release in
            for (index, count) in release.responses.enumerated() {
                text.sample("wasmrollout_requests_total", labels + [("code", "\(index + 1)xx")], count)
            }
        }
        text.metric(
            "wasmrollout_requests_unanswered_total", .counter,
            "Requests that the app gave no response: it closed, was silent, or said what nobody can read.")
        each(gateways) { labels, release in text.sample("wasmrollout_requests_unanswered_total", labels, release.unanswered) }
        text.metric("wasmrollout_responses_truncated_total", .counter, "Responses that the app broke off, or fell silent in.")
        each(gateways) { labels, release in text.sample("wasmrollout_responses_truncated_total", labels, release.truncated) }
        text.metric(
            "wasmrollout_requests_abandoned_total", .counter, "Requests whose client was gone before the response's end.")
        each(gateways) { labels, release in text.sample("wasmrollout_requests_abandoned_total", labels, release.abandoned) }
        text.metric("wasmrollout_requests_in_flight", .gauge, "Requests being answered.")
        each(gateways) { labels, release in text.sample("wasmrollout_requests_in_flight", labels, release.inFlight) }
        text.metric("wasmrollout_request_retries_total", .counter, "Requests tried again elsewhere.")
        each(gateways) { labels, release in text.sample("wasmrollout_request_retries_total", labels, release.retries) }
        text.metric("wasmrollout_request_duration_seconds", .histogram, "From a request's head to the end of its response.")
        each(gateways) { labels, release in addHistogram(release.latency, labels, to: &text) }
    }

    private func each(
        _ gateways: [(AppName, GatewayMetrics)], _ body: ([(String, String)], GatewayMetrics.Release) -> Void
    ) {
        for (name, metrics) in gateways {
            for (release, counters) in metrics.releases.sorted(by: { $0.key.hex < $1.key.hex }) {
                body([app(name), ("release", release.hex)], counters)
            }
        }
    }

    /// One line for each power of two: Prometheus wants few buckets, and sums.
    private func addHistogram(_ histogram: LatencyHistogram, _ labels: [(String, String)], to text: inout PrometheusText) {
        let name = "wasmrollout_request_duration_seconds"
        var sum: UInt64 = 0
        for (bucket, count) in histogram.counts.enumerated() {
            sum += count
            let bound = LatencyHistogram.upperBound(ofBucket: bucket)
            guard bound.nonzeroBitCount == 1, bound >= 256, bound <= 1 << 26 else { continue }
            text.sample("\(name)_bucket", labels + [("le", "\(Double(bound) / 1_000_000)")], sum)
        }
        text.sample("\(name)_bucket", labels + [("le", "+Inf")], sum)
        text.sample("\(name)_sum", labels, seconds: Double(histogram.totalMicroseconds) / 1_000_000)
        text.sample("\(name)_count", labels, sum)
    }
}
