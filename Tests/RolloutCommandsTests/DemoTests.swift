import RolloutSystem
import RolloutTesting
import Runtimes
import SystemPackage
import Testing

@Suite struct DemoTests {
    private static func hasRuntime() async -> Bool {
        let finder = RuntimeFinder(launcher: LinuxProcessLauncher(), inherited: Program.path)
        return await !finder.findings().allSatisfy { $0.problem != nil }
    }

    @Test(.enabled { await hasRuntime() }) func failsNoRequestAndLeavesNothingBehind() async throws {
        try await withTemporaryDirectory { directory in
            let program = Program(environment: ["TMPDIR": directory.string])
            let ran = try await program(
                "demo", "--examples", repository.appending("Examples/hello-wagi").string, "--connections", "3", "--json")
            #expect(ran.status == .exited(0), "\(ran.error)")
            #expect(try ran.json["failures"] as? Int == 0)
            #expect(try ran.json["requests"] as? Int ?? 0 > 20)
            let hosts = try #require(try ran.json["byHost"] as? [String: Int])
            #expect(Set(hosts.keys) == ["instance", "container", "function"])
            #expect(try LinuxFileSystem().list(directory, limit: 10, for: .userRead).isEmpty)
        }
    }

    @Test func saysWhereItLookedForTheExamples() async throws {
        let ran = try await Program()("demo", "--examples", "/nonexistent")
        #expect(ran.status == .exited(69))
        #expect(ran.error.contains("hello-v1.wasm"))
    }
}
