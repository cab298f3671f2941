import ReleaseStore
import RolloutCore
import RolloutTesting
import Testing

extension EndToEnd {
    /// Ten hosts under load, a release that turns out bad in its second wave, and one that does not.
    @Suite struct WaveTests {
        private static let plan: PlanTemplate = {
            let waves: [WaveGoal] = [WaveGoal(.hosts(1)), WaveGoal(.share(.percent(30))), WaveGoal(.share(.all))]
            let evidence = EvidencePolicy(minimum: 30, errors: .percent(1), latency: 100_000, insufficient: .wait)
            return PlanTemplate(waves: waves, bakes: [.seconds(2)], evidence: evidence)
        }()

        @Test func aReleaseThatFailsInItsSecondWaveIsServedByNoOtherHostAndTheNextOneIsPromoted() async throws {
            let hosts = FleetScene.names(of: 10)
            // Who is in which wave is known before: ranks are hashes of the host and the rollout's number.
            let expected = FleetScene.rollout(
                of: Digest(of: []), number: FleetScene.firstRollout, Self.plan, hosts: hosts)
            let second = hosts.filter { expected.wave(of: $0) == 1 }
            #expect(second.count == 2)
            let configure: (inout TestHost) -> Void = { host in
                // No host finds anything wrong by itself, however few requests reach it on a busy machine.
                host.probe = "path = \"/headers\"\nerror-percent = 60"
                if second.contains(host.id) { host.runtime += "\nvariables = { place = \"second wave\" }" }
            }
            try await withFleet(of: hosts.count, configure: configure) { fleet in
                try await theBadOneGoesBack(fleet, expected, second)
                try await theGoodOneIsPromoted(fleet)
            }
        }

        private func theBadOneGoesBack(
            _ fleet: FleetScene, _ expected: FleetScene.Rollout, _ second: [String]
        ) async throws {
            let clients = fleet.load()
            let bad = try await fleet.roll(
                .serving("bad") {
                    ($0.failEvery, $0.onlyAt) = (3, "second wave")
                }, label: "bad", Self.plan)
            #expect(bad.id == expected.id && bad.plan == expected.plan)
            let hasFailed = await eventually(within: .seconds(120)) {
                second.contains { (clients[$0]?.failures ?? 0) > 0 }
            }
            #expect(hasFailed, "\(fleet.agents.map { $0.log.suffix(1500) })")
            let shown = ContinuousClock.now
            for agent in fleet.agents { #expect(await agent.serves(fleet.first), "\(agent.log.suffix(2000))") }
            print("All hosts served the release before again \(ContinuousClock.now - shown) after the first failure.")
            for agent in fleet.agents { #expect(await agent.settles(on: fleet.first)) }

            let head = try #require(try fleet.head())
            #expect(head.state.quarantined == [bad.release])
            #expect(try fleet.state()?.rollout == nil && fleet.state()?.target == fleet.first)
            #expect(try fleet.volume.newest().message.contains("answers were errors"))
            try await staysQuiet(fleet)
            for (host, report) in await FleetScene.reports(of: clients) {
                let served = report.releases[bad.release.description] ?? 0
                switch bad.wave(of: host) {
                case 0: #expect(served > 0 && report.failures.isEmpty, "\(report.examples)")
                case 1: #expect(served > 0)
                default: #expect(served == 0 && report.failures.isEmpty, "\(host): \(report.examples)")
                }
            }
            for agent in fleet.agents {
                #expect(agent.hasTried(bad.release) == (bad.wave(of: agent.host.id) <= 1), "\(agent.host.id)")
            }
        }

        /// Nobody moves any more.
        private func staysQuiet(_ fleet: FleetScene) async throws {
            let moves = fleet.moves
            #expect(try await fleet.polls(20, by: try #require(fleet.agents.first)))
            #expect(fleet.moves == moves)
        }

        private func theGoodOneIsPromoted(_ fleet: FleetScene) async throws {
            let clients = fleet.load()
            let good = try await fleet.roll(.serving("v2"), label: "v2", Self.plan)
            #expect(good.plan.waves.count == 3)
            #expect(await fleet.promotes(good.release), "\(fleet.agents.prefix(2).map { $0.log.suffix(3000) })")
            for agent in fleet.agents { #expect(await agent.settles(on: good.release)) }
            // What the coordinator goes by, and what a rollback would need.
            for agent in fleet.agents {
                let evidence = try #require(await agent.status()?.evidence)
                #expect(evidence.current.release == good.release && evidence.current.requests > 0 && evidence.probesPassed > 0)
                #expect(evidence.previous?.release == fleet.first && evidence.current.latency != nil)
            }
            let agent = try #require(fleet.agents.last)
            #expect(await agent.shows(within: .seconds(60)) { $0.fallback?.release == fleet.first })
            // Opened one after the other, by hosts that may only coordinate.
            #expect(try fleet.head()?.sequence == good.id + 3)
            for (host, report) in await FleetScene.reports(of: clients) {
                #expect(report.failures.isEmpty, "\(host): \(report.examples)")
                #expect((report.releases[good.release.description] ?? 0) > 0)
            }
        }
    }
}
