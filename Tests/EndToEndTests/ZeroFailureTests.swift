import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The third line of the contract, under load.
    @Suite struct ZeroFailureTests {
        private static let releases = 50
        private static let requests = 50_000

        @Test func fiftyReleasesUnderLoadFailNoRequest() async throws {
            try await withScene({ $0.bake = "50ms" }) { scene in
                var load = StrictClient.Load(port: scene.host.port) { body in
                    body.first == UInt8(ascii: "v") ? nil : "not the body of any release"
                }
                load.connections = 16
                load.postEvery = 3
                let client = StrictClient(load)
                client.start()
                for number in 2...(Self.releases + 1) {
                    let next = try await scene.volume.publish(.serving("v\(number)"), label: "v\(number)")
                    guard await scene.agent.serves(next.release) else {
                        Issue.record("v\(number) never served: \(scene.agent.log.suffix(4000))")
                        break
                    }
                }
                #expect(await eventually(within: .seconds(180)) { client.requests >= Self.requests })
                let report = await client.stop()
                print(
                    "zero failure: \(report.requests) requests on \(report.connections) connections, \(report.failed) failed, "
                        + "\(report.releases.count) releases answered, slowest \(report.slowest)")
                #expect(report.failures.isEmpty, "\(report.examples)")
                #expect(report.requests >= Self.requests)
                // More than 16 connections are in order: the stand-in answers an upload before it has all of it, and then the
                // gateway announces that it will close. Any other end of a connection is a failure to this client.
                #expect(report.releases.count > Self.releases / 2, "most releases got no traffic")
            }
        }

        /// The control: the same client does see what an ordinary restart does.
        @Test func aPlainStopAndStartIsCaughtByTheClient() async throws {
            try await withTemporaryDirectory { home in
                let port = LoopbackPort.take()
                let files = LinuxFileSystem()
                try files.write(StandInArtifact.wasm(.serving("v1")), to: home.appending("app.wasm"), mode: 0o644)
                try files.write(Array(StandInArtifact.manifest().utf8), to: home.appending("spin.toml"), mode: 0o644)
                let launcher = LinuxProcessLauncher()
                let request = LaunchRequest(
                    executable: Program.spin,
                    arguments: ["up", "--from", home.appending("spin.toml").string, "--listen", "127.0.0.1:\(port)"],
                    environment: Program.environment(home: home), workingDirectory: home)
                func isUp() async -> Bool {
                    await eventually { await offLoop { (try? RawSocket.connect(port: port)) != nil } }
                }
                var server = try launcher.launch(request, for: .backendStart)
                #expect(await isUp())
                let client = StrictClient(.init(port: port))
                client.start()
                #expect(await eventually { client.requests > 200 })
                launcher.signal(server, .terminate, wholeGroup: false, for: .backendStop)
                _ = await server.waitForExit()
                server = try launcher.launch(request, for: .backendStart)
                #expect(await isUp())
                let before = client.requests
                #expect(await eventually { client.requests > before + 200 })
                let report = await client.stop()
                #expect(report.failed > 0, "the client forgives")
                #expect(report.succeeded > 0)
                launcher.signal(server, .kill, wholeGroup: true, for: .backendKill)
                _ = await server.waitForExit()
                await endAll(of: home)
            }
        }
    }
}
