import Foundation
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// `Examples/ci/plain-shell.sh`, as a pipeline runs it.
    @Suite struct ContinuousIntegrationTests {
        @Test func theShellExampleIsGreenOnlyWhenEveryHostServes() async throws {
            try await withScene { scene in
                let home = scene.volume.home
                let good = try artifact(.serving("v2"), in: home)
                let green = try await run(scene, [good.string, scene.volume.app, "v2"])
                #expect(green.status == .exited(0), "\(green)")
                #expect(green.output.contains("Every live host serves it."))
                #expect(await scene.agent.get()?.text == "v2")

                let bad = try artifact(.serving { $0.exitAtStart = 1 }, in: home)
                let red = try await run(scene, [bad.string, scene.volume.app, "v3"])
                #expect(red.status == .exited(65), "\(red)")
                #expect(red.errors.contains("What served before still serves."))
                #expect(await scene.agent.get()?.text == "v2")
                // The key's file is gone, and was nobody else's to read.
                let left = try FileManager.default.contentsOfDirectory(atPath: home.appending("tmp").string)
                #expect(left.isEmpty)
                #expect(try String(contentsOfFile: home.appending("mode").string, encoding: .utf8).contains("600\n"))
            }
        }

        private func artifact(_ behavior: StandInBehavior, in home: FilePath) throws -> FilePath {
            let path = home.appending("ci.wasm")
            try Data(StandInArtifact.wasm(behavior)).write(to: URL(filePath: path.string))
            return path
        }

        /// With a `wasmrollout` on PATH that notes who may read the key it is given.
        private func run(_ scene: Scene, _ arguments: [String]) async throws -> Program.Outcome {
            let home = scene.volume.home
            let programs = home.appending("bin")
            try FileManager.default.createDirectory(atPath: programs.string, withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: home.appending("tmp").string, withIntermediateDirectories: true)
            let wrapper = """
                #!/bin/sh
                stat -c %a "$TMPDIR"/*/key.json >> \(home)/mode
                exec \(Program.path) "$@"
                """
            try LinuxFileSystem().write(Array(wrapper.utf8), to: programs.appending("wasmrollout"), mode: 0o755)
            var environment = Program.environment(home: home)
            environment["PATH"] = "\(programs):\(environment["PATH"] ?? "")"
            environment["TMPDIR"] = home.appending("tmp").string
            environment["WASMROLLOUT_VOLUME"] = scene.volume.path.string
            environment["WASMROLLOUT_KEY_JSON"] = try String(contentsOfFile: scene.volume.key.string, encoding: .utf8)
            environment["WAIT_LIMIT"] = "60s"
            let process = try LinuxProcessLauncher().launch(
                LaunchRequest(
                    executable: Examples.root.appending("ci").appending("plain-shell.sh"), arguments: arguments,
                    environment: environment, workingDirectory: home, standardOutput: .lines, standardError: .lines),
                for: .hookStart)
            var outcome = Program.Outcome(status: .exited(0), output: "", errors: "")
            for await line in process.output.lines {
                if line.source == .output { outcome.output += line.text + "\n" } else { outcome.errors += line.text + "\n" }
            }
            outcome.status = await process.waitForExit().status
            return outcome
        }
    }
}
