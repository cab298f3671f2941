import Foundation
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The agent ends, in every way it can, and comes back.
    @Suite struct AgentDeathTests {
        /// `ignoresTermination`: what a killed agent leaves is not always so kind as to end with it.
        @Test(arguments: [false, true])
        func aKilledAgentLeavesNoBackendToItsSuccessor(ignoresTermination: Bool) async throws {
            try await withScene({ $0.bake = "30s" }) { scene in
                let second = try await scene.volume.publish(
                    .serving("v2") { $0.ignoresTermination = ignoresTermination }, label: "v2")
                #expect(await scene.agent.serves(second.release))
                // Old and new run side by side now.
                #expect(await eventually { backends(of: scene).count == 4 }, "\(backends(of: scene))")
                let old = Set(backends(of: scene))
                // Requests go to the new one a moment before it is the current one.
                #expect(await eventually { (try? scene.host.currentRelease()) == second.release })
                await scene.agent.kill()

                let successor = try await scene.host.start()
                #expect(await successor.serves(second.release), "\(successor.log)")
                #expect(await successor.get()?.text == "v2")
                #expect(Set(backends(of: scene)).isDisjoint(with: old))
                // Two generations of the killed agent left theirs; of the successor two run at most.
                let scratch = scene.host.store.appending(scene.volume.app).appending("scratch").string
                let left = try FileManager.default.contentsOfDirectory(atPath: scratch).filter { $0 != "cache" }
                #expect(left.count <= 2, "\(left)")
                #expect(try scene.host.currentRelease() == second.release)
                #expect(await successor.stop() == .exited(0))
                #expect(backends(of: scene).isEmpty)
            }
        }

        @Test func aSecondAgentOnOneStoreSaysSoAndLeavesTheFirstAlone() async throws {
            try await withScene { scene in
                let second = try scene.host.launch()
                #expect(await second.exited() == .exited(69))
                #expect(second.log.contains("another agent runs app 'hello'"), "\(second.log)")
                #expect(await scene.agent.get()?.text == "v1")
                let backends = Set(backends(of: scene))
                #expect(backends.count == 2)
            }
        }

        @Test func terminationUnderLoadFinishesWhatItTook() async throws {
            try await withScene(behavior: .serving("v1") { $0.delayMilliseconds = 20 }) { scene in
                let port = scene.host.port
                let results = await withTaskGroup(of: DrainedConnection.Result.self) { group in
                    for number in 0..<16 {
                        group.addTask { await offLoop { DrainedConnection.run(port: port, isPost: number.isMultiple(of: 2)) } }
                    }
                    group.addTask {
                        _ = await eventually { scene.agent.hasEnded == false && DrainedConnection.answered >= 200 }
                        scene.agent.signal(.terminate)
                        return DrainedConnection.Result(requests: 0, failure: nil)
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results.compactMap(\.failure).isEmpty, "\(results.compactMap(\.failure))")
                #expect(results.map(\.requests).reduce(0, +) >= 200)
                #expect(await scene.agent.exited() == .exited(0))
                #expect(backends(of: scene).isEmpty)
            }
        }

        /// Everything of this scene but its agents: parents and children of the stand-in.
        private func backends(of scene: Scene) -> [Int32] { programs(named: "spin-stand-in", of: scene.volume.home) }
    }
}
