import RolloutCore
import RolloutTesting
import SystemPackage

/// A volume, a host and its agent, with v1 serving: where most of these tests begin.
struct Scene: Sendable {
    let volume: TestVolume
    var host: TestHost
    let agent: AgentProcess
    let first: TestVolume.Published
}

/// Sets a scene, runs the test in it, and leaves no process behind.
func withScene(
    _ arrange: (inout TestHost) -> Void = { _ in }, behavior: StandInBehavior = .serving("v1"),
    _ body: (Scene) async throws -> Void
) async throws {
    try await withTemporaryDirectory { home in
        let volume = try await TestVolume.make(in: home)
        var host = TestHost(volume)
        arrange(&host)
        let first = try await volume.publish(behavior, label: "v1")
        let agent = try await host.start()
        do {
            guard await agent.settles(on: first.release) else {
                throw Program.Failure(description: "v1 never served: \(agent.log)")
            }
            try await body(Scene(volume: volume, host: host, agent: agent, first: first))
        } catch {
            await endAll(of: home)
            throw error
        }
        await agent.stop()
        await endAll(of: home)
    }
}
