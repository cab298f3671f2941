import ReleaseStore
import RolloutCore
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The gateways' own numbers decide: no host finds anything wrong with these releases by itself.
    @Suite struct EvidenceTests {
        private static func plan(_ insufficient: EvidencePolicy.Insufficiency) -> PlanTemplate {
            let evidence = EvidencePolicy(minimum: 40, errors: .percent(1), latency: 200, insufficient: insufficient)
            return PlanTemplate(waves: [WaveGoal(.hosts(1)), WaveGoal(.share(.all))], bakes: [.seconds(1)], evidence: evidence)
        }

        @Test func aReleaseThatErrsOrIsSlowGoesBackThoughEveryProbePasses() async throws {
            // A probe of a route that never fails, and an own limit that is not reached.
            let configure: (inout TestHost) -> Void = { $0.probe = "path = \"/headers\"\nerror-percent = 60" }
            try await withFleet(of: 3, configure: configure) { fleet in
                let erring = try await takesBack(
                    .serving("errs") { $0.failEvery = 10 }, label: "errs", fleet, because: "answers were errors (5xx)")
                for (host, report) in erring.reports {
                    let isCanary = erring.rollout.wave(of: host) == 0
                    #expect(report.failures.isEmpty == !isCanary, "\(host): \(report.examples)")
                    #expect(report.failures.keys.allSatisfy { $0.contains("status 500") }, "\(host): \(report.examples)")
                }
                let slow = try await takesBack(
                    .serving("slow") { $0.delayMilliseconds = 2000 }, label: "slow", fleet,
                    because: "95 % of answers took up to")
                for (host, report) in slow.reports { #expect(report.failures.isEmpty, "\(host): \(report.examples)") }
                #expect(try fleet.head()?.state.quarantined == [slow.rollout.release, erring.rollout.release])
            }
        }

        /// Has a release rolled out under load and taken back from the canary, the only one that ever served it.
        private func takesBack(
            _ behavior: StandInBehavior, label: String, _ fleet: FleetScene, because words: String
        ) async throws -> (rollout: FleetScene.Rollout, reports: [String: StrictReport]) {
            let clients = fleet.load(connections: 4)
            for agent in fleet.agents {
                let isMeasured = await agent.shows(within: .seconds(90)) { status in
                    guard let sample = status.evidence?.current else { return false }
                    return sample.release == fleet.first && sample.requests >= 60
                }
                #expect(isMeasured, "\(agent.log.suffix(1500))")
            }
            let bad = try await fleet.roll(behavior, label: label, Self.plan(.wait))
            let isOver = await eventually(within: .seconds(120)) { (try? fleet.state()?.rollout) == .some(nil) }
            #expect(isOver, "\(fleet.agents.prefix(2).map { $0.log.suffix(2000) })")
            let head = try #require(try fleet.head())
            #expect(head.state.quarantined.first == bad.release)
            let message = try fleet.volume.newest().message
            #expect(message.contains(words), "\(message)")
            for agent in fleet.agents { #expect(await agent.settles(on: fleet.first), "\(agent.log.suffix(1500))") }
            // The fleet has decided, not the host.
            for agent in fleet.agents { #expect(agent.count("Refused") == 0, "\(agent.log.suffix(1500))") }
            let reports = await FleetScene.reports(of: clients)
            for (host, report) in reports {
                #expect(((report.releases[bad.release.description] ?? 0) > 0) == (bad.wave(of: host) == 0), "\(host)")
            }
            return (bad, reports)
        }

        @Test func withTooLittleTrafficARolloutGoesByProbesOrByTimeOrWaits() async throws {
            try await withFleet(of: 2) { fleet in
                func status() async throws -> String {
                    try await Program.succeed(["status", "--volume", fleet.volume.path.string], home: fleet.volume.home)
                }
                for policy in [EvidencePolicy.Insufficiency.probe, .time] {
                    let good = try await fleet.roll(.serving(policy.rawValue), label: policy.rawValue, Self.plan(policy))
                    let isPromoted = await fleet.promotes(good.release)
                    let shown = try await status()
                    #expect(isPromoted, "\(policy): \(shown)")
                    for agent in fleet.agents { #expect(await agent.settles(on: good.release)) }
                }
                let waiting = try await fleet.roll(.serving("wait"), label: "wait", Self.plan(.wait))
                let words = "Insufficient data: 0 answers on 1 hosts, a verdict needs 40."
                #expect(await fleet.tells(words))
                #expect(try await status().contains(words))
                #expect(try fleet.state()?.rollout?.openWave == 0)
                let clients = fleet.load()
                let isPromoted = await fleet.promotes(waiting.release)
                let shown = try await status()
                #expect(isPromoted, "\(shown)")
                for (host, report) in await FleetScene.reports(of: clients) {
                    #expect(report.failures.isEmpty, "\(host): \(report.examples)")
                }
            }
        }
    }
}
