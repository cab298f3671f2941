import Foundation
import RolloutCore
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutAgent

@Suite(.serialized) struct MetricsTests {
    @Test func aPageOfARunningAgentIsSoundAndTellsWhatHappened() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            let gate = HookSetting(command: ["true"])
            try await bed.running({ $0.apps[0].hooks = HooksSection([.beforeActivate: gate]) }) { host in
                guard let app = host.apps.first?.agent else { preconditionFailure("the configuration has one app") }
                #expect(await eventually { app.isSettled(on: first) })
                let bad = try bed.publish(.serving { $0.exitAtStart = 1 })
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                let metrics = AgentMetrics(apps: host.apps, reporter: host.reporter, watcher: host.watcher)
                #expect(await eventually { app.deployment.decision?.target == nil })
                let page = try Exposition(parsing: metrics.page())
                let name = ["app": bed.fixture.app.description]
                #expect(page["wasmrollout_build_info", ["version": AgentVersion.current]] == 1)
                #expect(page["wasmrollout_switches_total", name] == 1)
                #expect(page["wasmrollout_refusals_total", name] == 1)
                #expect(page["wasmrollout_rollbacks_total", name] == 0)
                #expect(page["wasmrollout_records_accepted_total", name] == 2)
                #expect(page["wasmrollout_serving_info", name.merging(["release": first.hex]) { $1 }] == 1)
                #expect(
                    page["wasmrollout_hook_runs_total", name.merging(["hook": "before-activate", "outcome": "passed"]) { $1 }]
                        == 1)
                #expect(page["wasmrollout_materialize_duration_seconds_count", name] ?? 0 >= 2)
                #expect(page["wasmrollout_volume_last_seen_timestamp_seconds", name] ?? 0 > 1_500_000_000)
            }
        }
    }

    @Test func labelsAndHelpAreEscaped() throws {
        var text = PrometheusText()
        text.metric("a_total", .counter, "a \\ and\na line")
        text.sample("a_total", [("path", "c:\\\"x\"\nend")], 3)
        let page = try Exposition(parsing: text.page)
        #expect(page["a_total", ["path": "c:\\\"x\"\nend"]] == 3)
        #expect(page.help["a_total"] == "a \\ and\na line")
    }

    @Test(arguments: [
        "no_help 1\n", "# HELP a b\n# TYPE a gauge\na 1", "# HELP a b\n# TYPE a counter\na 1\n",
        "# HELP a b\n# TYPE a gauge\na x\n",
        "# HELP a b\n# TYPE a gauge\na 1\na 2\n", "# HELP a b\n# TYPE a gauge\na{9x=\"y\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"y} 1\n", "# HELP a b\n# TYPE a gauge\n# HELP a b\n# TYPE a gauge\n",
        "# HELP h b\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        "# HELP a_ms b\n# TYPE a_ms gauge\na_ms 1\n",
    ])
    func theParserRefusesWhatIsWrong(page: String) {
        #expect(throws: Exposition.Fault.self) { try Exposition(parsing: page) }
    }
}
