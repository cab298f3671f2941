import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// Real agents, two of which may coordinate, and rollouts in waves.
    @Suite struct FleetTests {
        private static let channel: ChannelName = "stable"

        /// A volume, four agents, and v1 serving on all of them.
        private struct Fleet {
            let volume: TestVolume
            let agents: [AgentProcess]
            let publisher: Publisher
            let first: Digest

            func head() throws -> AcceptedHead? { try VolumeCoordination(publisher).head() }

            /// Makes a release that another channel has the target of this one: one host, then all.
            func move(_ release: Digest, bake: Duration) throws -> (sequence: UInt64, canary: AgentProcess) {
                let sequence = try #require(try head()).sequence + 1
                let ranks = agents.map { hostRank(of: HostID(unchecked: $0.host.id), inRollout: sequence) }
                let template = PlanTemplate(waves: [WaveGoal(.hosts(1)), WaveGoal(.share(.all))], bakes: [bake])
                let plan = template.plan(hosts: ranks.map { ($0, [:]) })
                let change = Change.move(from: "staging", to: FleetTests.channel, release: release, plan: plan)
                let appended = try publisher.operate(change, message: "")
                #expect(appended.record.sequence == sequence)
                let canary = try #require(ranks.indices.min { ranks[$0] < ranks[$1] })
                return (sequence, agents[canary])
            }

            func stage(_ behavior: StandInBehavior, label: String) async throws -> Digest {
                let source = try volume.artifact(behavior, label: label)
                let arguments = volume.publishArguments(source: source, label: label) + ["--channel", "staging"]
                try await Program.succeed(arguments, home: volume.home)
                return try #require(try head()?.state.channels["staging"]?.target)
            }
        }

        private func withFleet(_ body: (Fleet) async throws -> Void) async throws {
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                let files = LinuxFileSystem()
                try await Program.succeed(
                    ["keygen", "--directory", home.string, "--name", "coordinator", "--role", "coordinate", "--key-only"],
                    home: home)
                let coordinatorKey = home.appending("coordinator.key.json")
                var policy = try TrustPolicyFile.load(volume.trust, in: files)
                let key = try SigningKeyFile.load(coordinatorKey, in: files)
                policy.keys.append(TrustedKey(publicKey: key.publicKey, name: key.name, roles: [.coordinate]))
                try files.unlink(volume.trust, for: .userWrite)
                try TrustPolicyFile.save(policy, to: volume.trust, in: files)
                let first = try await volume.publish(.serving("v1"), label: "v1")
                var agents: [AgentProcess] = []
                do {
                    for number in 1...4 {
                        var host = TestHost(volume)
                        host.id = "host-\(number)"
                        if number <= 2 {
                            host.sections = "[coordinator]\nkey = \"\(coordinatorKey)\"\ninterval = \"200ms\""
                        }
                        agents.append(try await host.start())
                    }
                    for agent in agents { #expect(await agent.settles(on: first.release), "\(agent.log.suffix(2000))") }
                    let publisher = Publisher(
                        root: volume.path, app: try #require(AppName(volume.app)), policy: policy,
                        keys: [try SigningKeyFile.load(volume.key, in: files)], who: "test", clock: SystemClock(), in: files)
                    try await body(Fleet(volume: volume, agents: agents, publisher: publisher, first: first.release))
                } catch {
                    await endAll(of: home)
                    throw error
                }
                for agent in agents { await agent.stop() }
                await endAll(of: home)
            }
        }

        @Test func aBadReleaseIsTriedByTheFirstWaveOnlyAndQuarantinedForAll() async throws {
            try await withFleet { fleet in
                let bad = try await fleet.stage(.serving("bad") { $0.answer = 500 }, label: "bad")
                let (_, canary) = try fleet.move(bad, bake: .seconds(2))
                #expect(await eventually(within: .seconds(60)) { (try? fleet.head()?.state.quarantined) == [bad] })
                for agent in fleet.agents { #expect(await agent.settles(on: fleet.first)) }
                // The release is named in the log of whoever tries it.
                for agent in fleet.agents where agent !== canary {
                    #expect(agent.count("Refused") == 0, "\(agent.log.suffix(2000))")
                    #expect(await agent.status()?.refused.isEmpty == true)
                }
                let state = try #require(try fleet.head()?.state.channels[Self.channel])
                #expect(state.target == fleet.first && state.rollout == nil)
            }
        }

        @Test func aGoodReleaseIsPromotedThoughWhoCoordinatesIsKilled() async throws {
            try await withFleet { fleet in
                let good = try await fleet.stage(.serving("v2"), label: "v2")
                let (_, canary) = try fleet.move(good, bake: .seconds(3))
                #expect(await canary.serves(good))
                let holder = await eventually(within: .seconds(30)) {
                    (try? VolumeCoordination(fleet.publisher).lease()) != nil
                }
                #expect(holder)
                let lease = try #require(try VolumeCoordination(fleet.publisher).lease())
                // The canary is not killed: a rollout whose only witness has gone silent waits, and should.
                let killed = fleet.agents.first { $0.host.id == lease.holder.description && $0 !== canary }
                await killed?.kill()
                let revived = try await killed?.host.start()
                let isPromoted = await eventually(within: .seconds(90)) {
                    (try? fleet.head()?.state.channels[Self.channel]?.promoted.first) == good
                }
                #expect(isPromoted, "\(fleet.agents.map { $0.log.suffix(1500) })")
                for agent in fleet.agents where agent !== killed { #expect(await agent.settles(on: good)) }
                if let revived {
                    #expect(await revived.settles(on: good))
                    await revived.stop()
                }
            }
        }

        @Test func operatorsSteerARolloutFromTheCommandLine() async throws {
            try await withFleet { fleet in
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
                func channel() throws -> ChannelState? { try fleet.head()?.state.channels[Self.channel] }
                // The rollout's record comes after the pin's.
                let id = try #require(try fleet.head()).sequence + 2
                let ranked = fleet.agents.map { (hostRank(of: HostID(unchecked: $0.host.id), inRollout: id), $0) }
                    .sorted { $0.0 < $1.0 }.map(\.1)
                let (canary, pinned) = (ranked[0], ranked[3])

                #expect(try await run("pin", pinned.host.id, "v1", "--wait").succeeded)
                let source = try volume.artifact(.serving("v2"), label: "v2")
                let published = try await run(
                    "publish", source.string, "--version-label", "v2", "--waves", "1,50%,100%", "--bake", "4s",
                    "--approve-before", "3", "--evidence", "minimum=1,insufficient=probe")
                #expect(published.succeeded, "\(published)")
                let held = try await run("hold", "--message", "wait for me")
                #expect(held.succeeded, "\(held)")
                let second = try #require(try channel()?.target)

                // The canary serves, and its bake is long over: without the hold the next wave would have opened.
                let isReady = await canary.shows(within: .seconds(60)) { status in
                    status.serving?.release == second && status.updated - (status.servingSince ?? status.updated) > .seconds(7)
                }
                #expect(isReady, "\(await status())")
                #expect(try channel()?.rollout?.openWave == 0)
                #expect(await status().contains("wait for me"))

                #expect(try await run("resume").succeeded)
                let waits = await eventually(within: .seconds(90)) { await status().contains("Wave 3 of 3 needs approval.") }
                #expect(waits, "\(await status())")
                #expect(try channel()?.rollout?.openWave == 1)
                #expect(try await run("approve", "--message", "seen").succeeded)
                let isPromoted = await eventually(within: .seconds(90)) { (try? channel()?.promoted.first) == second }
                #expect(isPromoted, "\(await status())")

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
