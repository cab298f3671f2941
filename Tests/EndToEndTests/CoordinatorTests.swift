import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// Who coordinates may do so twice over, and whoever goes first may die.
    @Suite struct CoordinatorTests {
        private static func plan(bake: Duration, _ waves: WaveGoal...) -> PlanTemplate {
            PlanTemplate(waves: waves + [WaveGoal(.share(.all))], bakes: [bake])
        }

        @Test func ofTwoWhoCoordinateAtOnceEachStepIsWrittenOnce() async throws {
            try await withFleet(of: 4) { fleet in
                // Neither ever sees the lease of the other.
                let lease = VolumeLayout(root: fleet.volume.path).lease(try #require(AppName(fleet.volume.app)))
                let wiping = Task.detached {
                    while !Task.isCancelled {
                        try? LinuxFileSystem().unlink(lease, for: .userWrite)
                        try? await Task.sleep(for: .milliseconds(2))
                    }
                }
                defer { wiping.cancel() }
                let plan = Self.plan(bake: .seconds(1), WaveGoal(.hosts(1)), WaveGoal(.share(.percent(50))))
                let good = try await fleet.roll(.serving("v2"), label: "v2", plan)
                #expect(await fleet.promotes(good.release), "\(fleet.agents.prefix(2).map { $0.log.suffix(2000) })")
                for agent in fleet.agents { #expect(await agent.settles(on: good.release)) }
                for agent in fleet.agents.prefix(2) { #expect(agent.count("Coordinated a rollout") > 0) }
                // The release, a record for each wave after the first, and the promotion.
                #expect(good.plan.waves.count == 3)
                #expect(try fleet.head()?.sequence == good.id + 3)
                let check = try await fleet.volume.verify()
                #expect(check.succeeded, "\(check)")
            }
        }

        @Test func aCanaryThatDiesHoldsTheRolloutUntilItIsBack() async throws {
            try await withFleet(of: 3) { fleet in try await Self.theCanaryDies(fleet) }
        }

        private static func theCanaryDies(_ fleet: FleetScene) async throws {
            let clients = fleet.load()
            let good = try await fleet.roll(.serving("v2"), label: "v2", plan(bake: .seconds(8), WaveGoal(.hosts(1))))
            let canary = try #require(fleet.agents.first { good.wave(of: $0.host.id) == 0 })
            let others = fleet.agents.filter { $0 !== canary }
            #expect(await fleet.tells("Bakes until"), "\(canary.log.suffix(2000))")
            _ = await clients[canary.host.id]?.stop()
            await canary.kill()
            // Who else coordinates sees that nothing comes from it, and goes on seeing it long after its bake.
            let isWaitedFor = await fleet.tells("Waits for word from \(canary.host.id) after the bake")
            #expect(isWaitedFor, "\(others.map { $0.log.suffix(2000) })")
            #expect(try await fleet.polls(40, by: others[0]))
            #expect(try fleet.state()?.rollout?.openWave == 0)
            for agent in others { #expect(!agent.hasTried(good.release)) }

            let revived = try await canary.host.start()
            #expect(await fleet.promotes(good.release), "\(others.map { $0.log.suffix(2000) })")
            for agent in others + [revived] { #expect(await agent.settles(on: good.release)) }
            for (host, report) in await FleetScene.reports(of: clients) where host != canary.host.id {
                #expect(report.failures.isEmpty, "\(host): \(report.examples)")
            }
            await revived.stop()
        }
    }
}
