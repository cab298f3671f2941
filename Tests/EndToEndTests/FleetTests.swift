import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// Real agents, two of which may coordinate, and rollouts in waves.
    @Suite struct FleetTests {
        private static func canaryFirst(bake: Duration) -> PlanTemplate {
            PlanTemplate(waves: [WaveGoal(.hosts(1)), WaveGoal(.share(.all))], bakes: [bake])
        }

        @Test func aBadReleaseIsTriedByTheFirstWaveOnlyAndQuarantinedForAll() async throws {
            try await withFleet(of: 4) { fleet in
                let bad = try await fleet.roll(
                    .serving("bad") { $0.answer = 500 }, label: "bad", Self.canaryFirst(bake: .seconds(2)))
                #expect(await eventually(within: .seconds(60)) { (try? fleet.head()?.state.quarantined) == [bad.release] })
                for agent in fleet.agents { #expect(await agent.settles(on: fleet.first)) }
                // The release is named in the log of whoever tries it.
                for agent in fleet.agents where bad.wave(of: agent.host.id) > 0 {
                    #expect(agent.count("Refused") == 0, "\(agent.log.suffix(2000))")
                    #expect(await agent.status()?.refused.isEmpty == true)
                }
                let state = try #require(try fleet.state())
                #expect(state.target == fleet.first && state.rollout == nil)
            }
        }

        @Test func aGoodReleaseIsPromotedThoughItIsHeldAndWhoCoordinatesIsKilled() async throws {
            try await withFleet(of: 4) { fleet in
                let bake = Duration.seconds(3)
                let good = try await fleet.roll(.serving("v2"), label: "v2", Self.canaryFirst(bake: bake))
                let canary = try #require(fleet.agents.first { good.wave(of: $0.host.id) == 0 })
                #expect(await canary.serves(good.release))
                _ = try fleet.publisher.operate(.hold(channel: FleetScene.channel), message: "Wait.")
                #expect(await Self.isSeenHeld(fleet, after: bake + .seconds(1)))
                #expect(try fleet.state()?.rollout?.openWave == 0)
                let lease = try #require(try VolumeCoordination(fleet.publisher).lease())
                // The canary is not killed: a rollout whose only witness has gone silent waits, and should.
                let killed = fleet.agents.first { $0.host.id == lease.holder.description && $0 !== canary }
                await killed?.kill()
                _ = try fleet.publisher.operate(.resume(channel: FleetScene.channel), message: "Go on.")
                let revived = try await killed?.host.start()
                let isPromoted = await eventually(within: .seconds(90)) {
                    (try? fleet.state()?.promoted.first) == good.release
                }
                #expect(isPromoted, "\(fleet.agents.map { $0.log.suffix(1500) })")
                for agent in fleet.agents where agent !== killed { #expect(await agent.settles(on: good.release)) }
                if let revived {
                    #expect(await revived.settles(on: good.release))
                    await revived.stop()
                }
            }
        }

        /// Whether an agent says, at the end of a pause, that the channel is held.
        private static func isSeenHeld(_ fleet: FleetScene, after pause: Duration) async -> Bool {
            let end = ContinuousClock.now + pause
            return await eventually(within: .seconds(60)) {
                ContinuousClock.now > end && fleet.agents.contains { $0.count("is held.") > 0 }
            }
        }

        @Test func operatorsSteerARolloutFromTheCommandLine() async throws {
            try await withFleet(of: 4) { fleet in
                let volume = fleet.volume
                func run(_ arguments: String...) async throws -> Program.Outcome {
                    let place = [
                        "--app", volume.app, "--volume", volume.path.string, "--key", volume.key.string, "--trust",
                        volume.trust.string,
                    ]
                    return try await Program.run(arguments + place, home: volume.home)
                }
                func status() async -> String {
                    let outcome = try? await Program.run(["status", "--volume", volume.path.string], home: volume.home)
                    return outcome?.output ?? ""
                }
                func channel() throws -> ChannelState? { try fleet.state() }
                // The rollout's record comes after the pin's.
                let id = try #require(try fleet.head()).sequence + 2
                let ranked = fleet.agents.map { (hostRank(of: HostID(unchecked: $0.host.id), inRollout: id), $0) }
                    .sorted { $0.0 < $1.0 }.map(\.1)
                let (canary, pinned) = (ranked[0], ranked[3])

                #expect(try await run("pin", pinned.host.id, "v1", "--wait").succeeded)
                let source = try volume.artifact(.serving("v2"), label: "v2")
                let published = try await run(
                    "publish", source.string, "--version-label", "v2", "--waves", "1,50%,100%", "--bake", "15s,2s,2s",
                    "--approve-before", "3", "--evidence", "minimum=1,insufficient=probe")
                #expect(published.succeeded, "\(published)")
                let held = try await run("hold", "--message", "wait for me")
                #expect(held.succeeded, "\(held)")
                let second = try #require(try channel()?.target)

                // The canary serves, and its bake is over: without the hold the next wave would have opened.
                let isReady = await canary.shows(within: .seconds(60)) { status in
                    status.serving?.release == second && status.updated - (status.servingSince ?? status.updated) > .seconds(18)
                }
                let atHold = await status()
                #expect(isReady, "\(atHold)")
                #expect(try channel()?.rollout?.openWave == 0)
                #expect(atHold.contains("wait for me"))

                #expect(try await run("resume").succeeded)
                let waits = await eventually(within: .seconds(90)) { await status().contains("Wave 3 of 3 needs approval.") }
                let atGate = await status()
                #expect(waits, "\(atGate)")
                #expect(try channel()?.rollout?.openWave == 1)
                #expect(try await run("approve", "--message", "seen").succeeded)
                let isPromoted = await eventually(within: .seconds(90)) { (try? channel()?.promoted.first) == second }
                let atEnd = await status()
                #expect(isPromoted, "\(atEnd)")

                for agent in ranked.prefix(3) { #expect(await agent.settles(on: second)) }
                #expect(await pinned.status()?.serving?.release == fleet.first)
                #expect(try await run("unpin", pinned.host.id).succeeded)
                #expect(await pinned.settles(on: second))
                let back = try await run("rollback", "--wait", "--message", "enough")
                #expect(back.succeeded, "\(back)")
                for agent in fleet.agents { #expect(await agent.serves(fleet.first)) }
            }
        }
    }
}
