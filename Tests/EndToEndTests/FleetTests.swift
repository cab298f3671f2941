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
    }
}
