import Foundation
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

enum SpinOnPath {
    static let executable = findExecutable("spin", searchPath: HostEnvironment.current["PATH"] ?? "")
}

/// The driver against the real Spin with the example's real module, where one is installed.
@Suite(.enabled(if: SpinOnPath.executable != nil, "no spin on PATH"))
struct RealSpinTests {
    @Test func servesAndLeavesNothingBehind() async throws {
        try await withTemporaryDirectory { root in
            let example = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Examples/hello-wagi")
            let module = try Data(contentsOf: example.appending(path: "hello-v1.wasm"))
            let release = try MaterializedRelease(
                root: root,
                files: ["spin.toml": Array(StandInArtifact.manifest(version: "gen-1").utf8), "app.wasm": Array(module)],
                expectedVersion: "gen-1")
            let runtime = SpinRuntime(
                configuration: SpinConfiguration(cacheDirectory: root.appending("cache")), launcher: LinuxProcessLauncher(),
                inherited: HostEnvironment.current)
            let backend = try await runtime.start(release.launch)
            let address = try await backend.ready(within: .seconds(60))
            let answer = try await ask(address, "/")
            let trap = try await ask(address, "/trap")
            let processes = LiveProcesses.group(backend.processID).count
            await backend.stop(grace: .seconds(20))
            #expect(answer?.text == "hello from v1\n")
            #expect(trap?.status == 500)
            #expect(processes == 2)
            let status = await backend.exited()
            #expect(status == .exited(0))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
        }
    }
}
