import Foundation
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

@Suite struct CommandRuntimeTests {
    private let launcher = LinuxProcessLauncher()

    private func runtime(_ command: [String], readyPath: String? = nil) -> CommandRuntime {
        var configuration = CommandConfiguration(command: command)
        configuration.readyPath = readyPath
        return CommandRuntime(configuration: configuration, launcher: launcher, inherited: ["PATH": "/usr/bin:/bin"])
    }

    private let server = [
        BuiltProduct.path("spin-stand-in").string, "up", "--from", "{directory}/spin.toml", "--listen", "{listen}",
        "--state-dir",
        "{scratch}/state", "--log-dir", "{scratch}/logs", "--disable-cache",
    ]

    @Test(arguments: [nil, "/ready"])
    func servesOnThePortItWasGiven(path: String?) async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving("by command"))
            let backend = try await runtime(server, readyPath: path).start(release.launch)
            let address = try await backend.ready(within: .seconds(30))
            #expect(try await ask(address, "/")?.text == "by command")
            await backend.stop(grace: .seconds(20))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
        }
    }

    @Test func isNotReadyWhileItsPathFails() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving { $0.answer = 500 })
            let backend = try await runtime(server, readyPath: "/ready").start(release.launch)
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: .seconds(2)) }
            #expect(error?.code == .neverReady)
            await backend.stop(grace: .seconds(20))
        }
    }

    @Test func isNotWaitedForAnyMoreOnceItsStartIsCalledOff() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let backend = try await runtime(["sleep", "600"]).start(release.launch)
            let starting = Task { try await backend.ready(within: .seconds(10)) }
            starting.cancel()
            let error = await #expect(throws: RuntimeError.self) { try await starting.value }
            #expect(error?.code == .cannotStart)
            await backend.stop(grace: .seconds(20))
        }
    }

    @Test func saysHowACommandEnded() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let backend = try await runtime(["sh", "-c", "echo {artifact} {release} >&2; exit 7"]).start(release.launch)
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: .seconds(30)) }
            #expect(error?.code == .exited(.exited(7)))
            let artifact = release.launch.directory.appending("app.wasm")
            #expect(backend.outputTail() == ["\(artifact) \(release.launch.id.release)"])
            await backend.stop(grace: .zero)
        }
    }

    @Test func saysThatThereIsNoSuchProgram() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let error = await #expect(throws: RuntimeError.self) {
                _ = try await runtime(["no-such-program"]).start(release.launch)
            }
            #expect(error?.code == .unavailable)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
        }
    }

    @Test func refusesAReleaseWithoutTheArtifactItNames() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, files: ["spin.toml": []])
            #expect(runtime(["server", "{artifact}"]).refusal(of: release.launch.manifest) != nil)
            #expect(runtime(["server", "{directory}"]).refusal(of: release.launch.manifest) == nil)
        }
    }

    @Test(arguments: [
        ("--port={port}", "--port=80"), ("{host}:{port}", "h:80"), ("{unknown} {port", "{unknown} {port"), ("{{port}}", "{80}"),
        ("{value}", "{port}"), ("plain", "plain"), ("{}", "{}"),
    ])
    func fillsInWhatItKnows(text: String, filled: String) {
        #expect(CommandTemplate.fill(text, ["port": "80", "host": "h", "value": "{port}"]) == filled)
    }
}
