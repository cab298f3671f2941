import Foundation
import RolloutAgent
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct ConfigurationTests {
    private static func sample(_ name: String) throws -> String {
        try String(contentsOfFile: repository.appending("config/\(name)").string, encoding: .utf8)
    }

    @Test(arguments: ["agent.toml", "instance.toml", "function/agent.toml", "containerd/agent.toml"])
    func theSamplesAreSound(_ name: String) async throws {
        _ = try AgentConfiguration(parsing: try Self.sample(name))
        let ran = try await Program()("config", "check", repository.appending("config/\(name)").string)
        #expect(ran.status == .exited(0))
    }

    @Test func theSampleShowsTheDefaults() throws {
        let full = try AgentConfiguration(parsing: try Self.sample("agent.toml"))
        var least = try AgentConfiguration(parsing: try Self.sample("instance.toml"))
        // What has no default, or stands there to be seen.
        least.host.id = full.host.id
        least.host.labels = full.host.labels
        least.host.stopTimeout = full.host.stopTimeout
        #expect(full.apps[0].drainLimit == least.apps[0].drainLimit)
        least.apps[0].drain = full.apps[0].drain
        least.store.path = full.store.path
        least.volume.statusPath = full.volume.statusPath
        least.apps[0].runtime.program = full.apps[0].runtime.program
        least.apps[0].runtime.variables = full.apps[0].runtime.variables
        least.apps[0].runtime.environment = full.apps[0].runtime.environment
        least.apps[0].probe.address = full.apps[0].probe.address
        least.apps[0].gateway = full.apps[0].gateway
        least.apps[0].hooks = full.apps[0].hooks
        let key = try #require(full.coordinator?.key)
        least.coordinator = CoordinatorSection(key: key)
        #expect(HookPoint.allCases.allSatisfy { full.apps[0].hooks[$0]?.timeout == .seconds(30) })
        #expect(full == least)
    }

    @Test func everyProblemIsToldAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("agent.toml")
            try Data("trust = \"none\"\n[volume]\npth = \"/mnt/app\"\n[[app]]\nname = \"a\"\n".utf8).write(
                to: URL(filePath: path.string))
            let ran = try await Program()("config", "check", path.string)
            #expect(ran.status == .exited(78))
            #expect(ran.error.contains("pth"))
            #expect(ran.error.contains("listen"))
        }
    }

    @Test(arguments: [
        ["config", "check", "/nonexistent"], ["agent", "--config", "/nonexistent"], ["doctor", "--config", "/nonexistent"],
    ])
    func aConfigurationThatIsMissingIs78(_ arguments: [String]) async throws {
        #expect(try await Program().run(arguments).status == .exited(78))
    }

    @Test func anAgentWithoutItsTrustPolicyDoesNotStart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("agent.toml")
            let text = """
                trust = "\(directory)/missing.json"
                [volume]
                path = "\(directory)/volume"
                [store]
                path = "\(directory)/store"
                [admin]
                listen = "127.0.0.1:0"
                [[app]]
                name = "hello"
                listen = "127.0.0.1:0"
                """
            try Data(text.utf8).write(to: URL(filePath: path.string))
            #expect(try await Program()("agent", "--config", path.string).status == .exited(78))
        }
    }
}
