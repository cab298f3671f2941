import Foundation
import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

/// The real agent in an environment that a fake Lambda freezes and thaws, with v1 published.
struct FunctionScene: Sendable {
    let lambda: FakeExtensionsAPI
    let volume: TestVolume
    let host: TestHost
    let agent: AgentProcess
    let first: TestVolume.Published

    /// Whether the agent has nothing left to do: then a real environment would be frozen.
    func isAsked(within limit: Duration = .seconds(40)) async -> Bool {
        await eventually(within: limit) { lambda.isAsked || agent.hasEnded } && !agent.hasEnded
    }

    /// One invocation with one request, as the adapter makes it: the answer, once the agent has asked for the next event.
    func invoke(_ path: String = "/", within time: Duration = .seconds(30)) async -> RawMessage? {
        guard await isAsked() else { return nil }
        lambda.invoke(within: time)
        let answer = await agent.get(path)
        guard await isAsked() else { return nil }
        return answer
    }

    /// Stops everything of the environment for a while, as Lambda does between invocations.
    func freeze(for time: Duration) async {
        let frozen = processes(of: volume.home)
        for id in frozen { kill(id, SIGSTOP) }
        try? await Task.sleep(for: time)
        for id in frozen { kill(id, SIGCONT) }
    }

    /// Invokes until an answer is `wanted`; how many invocations that took.
    func invoke(until wanted: String, atMost limit: Int = 20) async -> Int? {
        for number in 1...limit where await invoke()?.text == wanted { return number }
        return nil
    }

    var refused: [Digest] {
        get throws { try host.record()?.refused.map(\.release) ?? [] }
    }
}

/// Sets a scene, runs the test in it, and leaves no process behind.
func withFunction(
    _ arrange: (inout TestHost) -> Void = { _ in }, lambda arrangeLambda: (FakeExtensionsAPI) -> Void = { _ in },
    isStarted: Bool = true, _ body: (FunctionScene) async throws -> Void
) async throws {
    try await withTemporaryDirectory { home in
        let volume = try await TestVolume.make(in: home)
        var host = TestHost(volume)
        arrange(&host)
        let first = try await volume.publish(.serving("v1"), label: "v1")
        let lambda = FakeExtensionsAPI()
        arrangeLambda(lambda)
        let agent = try host.launch(adding: ["AWS_LAMBDA_RUNTIME_API": lambda.address])
        let scene = FunctionScene(lambda: lambda, volume: volume, host: host, agent: agent, first: first)
        do {
            if isStarted {
                guard await scene.isAsked() else { throw Program.Failure(description: "never ready: \(agent.log)") }
            }
            try await body(scene)
        } catch {
            await endAll(of: home)
            lambda.stop()
            throw error
        }
        await agent.stop()
        await endAll(of: home)
        lambda.stop()
    }
}
