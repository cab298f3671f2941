import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// How a host ends, and what health checks hear of it.
    @Suite struct StopTests {
        private func health(_ scene: Scene, _ arguments: String...) async throws -> Program.Outcome {
            try await Program.run(
                ["healthcheck", "--config", scene.host.configurationPath.string] + arguments, home: scene.volume.home)
        }

        @Test func healthcheckTellsLifeFromReadiness() async throws {
            try await withScene { scene in
                #expect(try await health(scene).succeeded)
                #expect(try await health(scene, "--ready").succeeded)
                let json = try await health(scene, "--ready", "--json")
                #expect(json.output.contains("\"isWell\" : true"))

                scene.agent.signal(.init(rawValue: 19))
                let frozen = try await health(scene, "--timeout", "200ms")
                #expect(frozen.status == .exited(1))
                #expect(frozen.output.contains("not live: it did not answer within"), "\(frozen)")
                scene.agent.signal(.init(rawValue: 18))
                #expect(await eventually { (try? await health(scene).succeeded) == true })

                await scene.agent.stop()
                let gone = try await health(scene)
                #expect(gone.status == .exited(1))
                #expect(gone.output.split(separator: "\n").count == 1)
                let usage = try await Program.run(["healthcheck", "--admin", "nonsense"], home: scene.volume.home)
                #expect(usage.status == .exited(64))
            }
        }

        @Test func readinessEndsFirstThenConnectionsAreStillTakenThenTheHostEnds() async throws {
            try await withScene({ $0.gateway = "deregistration = \"60s\"" }) { scene in
                scene.agent.signal(.terminate)
                #expect(await eventually { await scene.agent.admin("/readyz")?.status == 503 })
                #expect(await scene.agent.admin("/livez")?.status == 200)
                // New connections are served as before.
                for _ in 0..<5 { #expect(await scene.agent.get()?.text == "v1") }
                #expect(!scene.agent.hasEnded)
                // The second signal ends the wait for a load balancer that there is not.
                scene.agent.signal(.interrupt)
                #expect(await scene.agent.exited() == .exited(0))
                #expect(scene.agent.log.contains("hastening"))
            }
        }

        @Test func aSecondSignalCutsWhatTakesTooLong() async throws {
            try await withScene(behavior: .serving("v1") { $0.delayMilliseconds = 10 }) { scene in
                let port = scene.host.port
                async let slow: Bool = offLoop {
                    guard let socket = try? RawSocket.connect(port: port, timeout: .seconds(60)) else { return false }
                    defer { socket.close() }
                    try? socket.send("GET /slow?ms=60000 HTTP/1.1\r\nHost: app\r\n\r\n")
                    return (try? socket.receiveResponse())?.status == 200
                }
                #expect(
                    await eventually {
                        let page = await scene.agent.admin("/metrics")?.text ?? ""
                        return page.split(separator: "\n").contains {
                            $0.hasPrefix("wasmrollout_requests_in_flight{") && !$0.hasSuffix(" 0")
                        }
                    })
                scene.agent.signal(.quit)
                #expect(await eventually { await scene.agent.admin("/readyz")?.status == 503 })
                scene.agent.signal(.terminate)
                #expect(await scene.agent.exited() == .exited(0))
                #expect(await slow == false)
            }
        }
    }
}
