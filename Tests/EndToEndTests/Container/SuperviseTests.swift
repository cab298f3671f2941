import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The agent in one container, the application in another, played by two processes that share a directory.
    @Suite struct SuperviseTests {
        private func arrange(_ host: inout TestHost) {
            let control = host.volume.home.appending("control")
            host.runtime = "kind = \"spin\"\nprogram = \"\(Program.spin)\"\ncontrol = \"\(control)\""
        }

        /// A scene whose supervisor runs before the agent.
        private func withSupervisedScene(
            command: [String] = [], _ body: (Scene, SupervisorProcess) async throws -> Void
        ) async throws {
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                let control = home.appending("control")
                let supervisor = try SupervisorProcess(control: control, home: home, command: command)
                var host = TestHost(volume)
                arrange(&host)
                if !command.isEmpty { host.runtime = "control = \"\(control)\"" }
                let first = try await volume.publish(.serving("v1"), label: "v1")
                let agent = try await host.start()
                do {
                    guard await agent.settles(on: first.release) else {
                        throw Program.Failure(description: "v1 never served: \(agent.log) \(supervisor.log)")
                    }
                    try await body(Scene(volume: volume, host: host, agent: agent, first: first), supervisor)
                } catch {
                    await endAll(of: home)
                    throw error
                }
                await agent.stop()
                supervisor.signal(.terminate)
                #expect([.exited(0), .signaled(9)].contains(await supervisor.exited()))
                #expect(programs(named: "spin-stand-in", of: home).isEmpty)
                await endAll(of: home)
            }
        }

        @Test func anUpdateMovesTheTrafficBetweenTwoProcessesOfTheOtherContainer() async throws {
            try await withSupervisedScene { scene, supervisor in
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.agent.settles(on: second.release))
                #expect(await scene.agent.get()?.text == "v2")
                #expect(supervisor.log.contains("Serving http://"))
                let bad = try await scene.volume.publish(.serving { $0.exitAtStart = 3 }, label: "bad")
                #expect(await scene.agent.refusal(of: bad.release)?.isEmpty == false)
                #expect(await scene.agent.get()?.text == "v2")
            }
        }

        @Test func theSupervisorsOwnCommandIsRunWhenTheAgentNamesNone() async throws {
            let command = [
                Program.spin.string, "up", "--from", "{directory}/spin.toml", "--listen", "{listen}", "--state-dir",
                "{scratch}/state", "--log-dir", "{scratch}/logs", "--temp", "{scratch}", "--disable-cache",
            ]
            try await withSupervisedScene(command: command) { scene, _ in
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.agent.settles(on: second.release))
                #expect(await scene.agent.get()?.text == "v2")
            }
        }

        @Test func eitherSideMayDieAndTheHostServesAgain() async throws {
            try await withSupervisedScene { scene, supervisor in
                // A second supervisor may not take the directory while the first lives.
                let home = scene.volume.home
                let other = try SupervisorProcess(control: home.appending("control"), home: home)
                #expect(await other.exited() == .exited(69))

                await scene.agent.kill()
                #expect(await eventually { programs(named: "spin-stand-in", of: home).isEmpty })
                let successor = try await scene.host.start()
                #expect(await successor.serves(scene.first.release), "\(successor.log)")

                supervisor.signal(.kill)
                _ = await supervisor.exited()
                #expect(await successor.shows { $0.health != .ready })
                let heir = try SupervisorProcess(control: home.appending("control"), home: home)
                #expect(await successor.serves(scene.first.release), "\(successor.log)")
                #expect(await successor.get()?.text == "v1")
                #expect(await successor.stop() == .exited(0))
                heir.signal(.terminate)
                #expect(await heir.exited() == .exited(0))
            }
        }
    }
}
