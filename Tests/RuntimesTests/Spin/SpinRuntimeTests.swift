import Foundation
import Glibc
import RolloutCore
import RolloutSystem
import RolloutTesting
import Runtimes
import SystemPackage
import Testing

/// The driver against parent and child of the stand-in. What the real Spin is known to do is listed in `spin-stand-in`.
@Suite struct SpinRuntimeTests {
    private let launcher = LinuxProcessLauncher()

    private func runtime(
        _ root: FilePath, inherited: [String: String] = ["PATH": "/usr/bin:/bin"], arguments: [String] = [],
        _ change: (inout SpinConfiguration) -> Void = { _ in }
    ) -> SpinRuntime {
        var configuration = SpinConfiguration(cacheDirectory: root.appending("cache"))
        configuration.executable = BuiltProduct.path("spin-stand-in")
        configuration.arguments = arguments
        change(&configuration)
        return SpinRuntime(configuration: configuration, launcher: launcher, inherited: inherited)
    }

    /// Starts a backend, hands it over, and stops it whatever happens.
    private func withBackend(
        _ behavior: StandInBehavior, version: String = "1", expectedVersion: String? = nil, arguments: [String] = [],
        _ body: (any RunningBackend, MaterializedRelease) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, behavior, version: version, expectedVersion: expectedVersion)
            let backend = try await runtime(root, arguments: arguments).start(release.launch)
            do {
                try await body(backend, release)
            } catch {
                await backend.stop(grace: .zero)
                throw error
            }
            await backend.stop(grace: .seconds(20))
        }
    }

    private let enough = Duration.seconds(30)

    @Test func servesWithTwoProcessesInOneGroup() async throws {
        try await withBackend(.serving("hello from one"), version: "gen-1", expectedVersion: "gen-1") { backend, release in
            let address = try await backend.ready(within: enough)
            #expect(try await ask(address, "/")?.text == "hello from one")
            #expect(LiveProcesses.group(backend.processID).count == 2)
            #expect(backend.id == release.launch.id)
            #expect(backend.outputTail().contains("Serving http://\(address)"))
        }
    }

    @Test func readsTheArtifactOnceAtItsStart() async throws {
        try await withBackend(.serving("first")) { backend, release in
            let address = try await backend.ready(within: enough)
            try Data(StandInArtifact.wasm(.serving("second")))
                .write(to: URL(filePath: release.launch.directory.appending("app.wasm").string))
            #expect(try await ask(address, "/")?.text == "first")
        }
    }

    @Test func runsTwoGenerationsSideBySide() async throws {
        try await withTemporaryDirectory { root in
            let runtime = runtime(root)
            let old = try await runtime.start(try MaterializedRelease(root: root, .serving("old"), generation: 1).launch)
            let new = try await runtime.start(try MaterializedRelease(root: root, .serving("new"), generation: 2).launch)
            let addresses = (try await old.ready(within: enough), try await new.ready(within: enough))
            #expect(addresses.0 != addresses.1)
            #expect(try await ask(addresses.0, "/")?.text == "old")
            #expect(try await ask(addresses.1, "/")?.text == "new")
            await old.stop(grace: .seconds(20))
            #expect(try await ask(addresses.1, "/")?.text == "new")
            await new.stop(grace: .seconds(20))
        }
    }

    @Test func stopsEveryProcessAndRemovesItsScratch() async throws {
        try await withBackend(.serving()) { backend, release in
            let address = try await backend.ready(within: enough)
            #expect(FileManager.default.fileExists(atPath: release.launch.scratch.appending("logs/app_stderr.txt").string))
            await backend.stop(grace: .seconds(20))
            #expect(await backend.exited() == .exited(0))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
            #expect(throws: RawConnection.Refused.self) { try RawConnection(address) }
        }
    }

    @Test func keepsItsLogsWithinBounds() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let runtime = runtime(root) {
                $0.logBytes = 100
                $0.logInterval = .milliseconds(10)
            }
            let backend = try await runtime.start(release.launch)
            _ = try await backend.ready(within: enough)
            let log = release.launch.scratch.appending("logs/app_stderr.txt")
            // As a request does that goes on for ever.
            let file = try FileDescriptor.open(log, .writeOnly, options: [.append])
            _ = try file.writeAll(Array(repeating: UInt8(ascii: "a"), count: 99))
            #expect(await eventually { !FileManager.default.fileExists(atPath: log.string + ".old") })
            _ = try file.writeAll(Array("z".utf8))
            #expect(await eventually { FileManager.default.contents(atPath: log.string + ".old")?.last == UInt8(ascii: "z") })
            #expect(!FileManager.default.fileExists(atPath: log.string))
            _ = try file.writeAll(Array(repeating: UInt8(ascii: "b"), count: 1000))
            #expect(await eventually { FileManager.default.contents(atPath: log.string + ".old") == Data() })
            try file.close()
            await backend.stop(grace: .seconds(20))
        }
    }

    @Test func cutsWhatIsInFlightWhenStopped() async throws {
        try await withBackend(.serving()) { backend, _ in
            let address = try await backend.ready(within: enough)
            let connection = try RawConnection(address)
            await connection.send("GET /slow?ms=50000 HTTP/1.1\r\nhost: test\r\n\r\n")
            async let answer = connection.readToEnd()
            #expect(try await ask(address, "/")?.status == 200)
            await backend.stop(grace: .seconds(20))
            #expect(await answer.isEmpty)
        }
    }

    @Test func killsTheGroupWhenItDoesNotStop() async throws {
        try await withBackend(.serving { $0.ignoresTermination = true }) { backend, _ in
            _ = try await backend.ready(within: enough)
            await backend.stop(grace: .milliseconds(100))
            #expect(await backend.exited() == .signaled(SIGKILL))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
        }
    }

    @Test func saysWhyItEndedBeforeItWasReady() async throws {
        try await withBackend(.serving { $0.exitAtStart = 1 }) { backend, _ in
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: enough) }
            #expect(error?.code == .exited(.exited(1)))
            #expect(error?.description.contains("the artifact told the stand-in to exit") ?? false)
        }
    }

    @Test func saysThatAnArgumentIsUnknown() async throws {
        try await withBackend(.serving(), arguments: ["--no-such-option"]) { backend, _ in
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: enough) }
            #expect(error?.code == .exited(.exited(2)))
            #expect(error?.description.contains("--no-such-option") ?? false)
        }
    }

    @Test func saysThatAnArtifactIsTruncated() async throws {
        try await withTemporaryDirectory { root in
            let bytes = StandInArtifact.wasm(.serving("text"))
            let release = try MaterializedRelease(
                root: root,
                files: ["spin.toml": Array(StandInArtifact.manifest().utf8), "app.wasm": Array(bytes.dropLast(3))])
            let backend = try await runtime(root).start(release.launch)
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: enough) }
            #expect(error?.code == .exited(.exited(1)))
            #expect(error?.description.contains("unexpected end-of-file") ?? false)
            await backend.stop(grace: .zero)
        }
    }

    @Test func givesUpOnWhatNeverServes() async throws {
        try await withBackend(.serving { $0.neverReady = true }) { backend, _ in
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: .milliseconds(300)) }
            #expect(error?.code == .neverReady)
            await backend.stop(grace: .seconds(20))
            // `spin` may have been given up before it forwards signals to what serves.
            let ending = await backend.exited()
            #expect(ending == .exited(143) || ending == .signaled(15))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
        }
    }

    @Test func refusesAnotherReleaseThanTheOneStarted() async throws {
        try await withBackend(.serving { $0.infoVersion = "gen-8" }, version: "gen-9", expectedVersion: "gen-9") { backend, _ in
            let error = await #expect(throws: RuntimeError.self) { try await backend.ready(within: enough) }
            #expect(error?.code == .wrongRelease)
            #expect(error?.description.contains("gen-8") ?? false)
        }
    }

    @Test func tellsThatTheServingProcessWasKilled() async throws {
        try await withBackend(.serving { $0.crashAtRequest = 2 }) { backend, _ in
            let address = try await backend.ready(within: enough)
            #expect(try await ask(address, "/")?.status == 200)
            #expect(try await ask(address, "/") == nil)
            let status = await backend.exited()
            #expect(status == .exited(137))
            #expect(backend.explanation(of: status).contains("SIGKILL (exit code 137), as happens when memory runs out"))
        }
    }

    @Test func leavesNothingBehindWhenTheParentIsKilled() async throws {
        try await withBackend(.serving()) { backend, _ in
            _ = try await backend.ready(within: enough)
            kill(backend.processID, SIGKILL)
            #expect(await backend.exited() == .signaled(SIGKILL))
            #expect(await eventually { LiveProcesses.group(backend.processID).isEmpty })
        }
    }

    @Test func endsTheOrphansOfAKilledAgent() async throws {
        try await withTemporaryDirectory { root in
            let marker = "orphan-test-\(UInt64.random(in: .min ... .max))"
            let release = try MaterializedRelease(root: root, .serving("orphan"))
            // What an agent leaves that dies between the two: a parent killed from outside, and nobody who ends its group.
            let process = try launcher.launch(
                LaunchRequest(
                    executable: BuiltProduct.path("spin-stand-in"),
                    arguments: [
                        "up", "--from", release.launch.entryPath.string, "--listen", "127.0.0.1:0", "--state-dir",
                        root.appending("state").string, "--temp", root.appending("temporary").string,
                    ],
                    environment: ["HOME": root.string, LaunchRequest.markerVariable: marker], standardOutput: .lines,
                    parentDeathSignal: nil, endsGroupOnExit: false), for: .backendStart)
            var port: Int?
            for await line in process.output.lines where line.text.hasPrefix("Serving ") {
                port = line.text.split(separator: ":").last.flatMap { Int($0) }
                break
            }
            let address = BackendAddress(host: "127.0.0.1", port: try #require(port))
            kill(process.processID, SIGKILL)
            _ = await process.waitForExit()
            #expect(try await ask(address, "/")?.text == "orphan")
            #expect(await OrphanSweep.run(marker: marker, launcher: launcher) == 1)
            #expect(throws: RawConnection.Refused.self) { try RawConnection(address) }
            #expect(launcher.orphans(marker: marker).isEmpty)
        }
    }

    @Test func refusesASpinThatSaysItServesBeforeItDoes() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let runtime = runtime(root, inherited: ["STAND_IN_VERSION": "2.4.3"])
            let error = await #expect(throws: RuntimeError.self) { _ = try await runtime.start(release.launch) }
            #expect(error?.code == .unavailable)
            #expect(error?.description.contains("2.4.3") ?? false)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
        }
    }

    @Test func saysThatThereIsNoSpin() async throws {
        try await withTemporaryDirectory { root in
            let release = try MaterializedRelease(root: root, .serving())
            let runtime = SpinRuntime(
                configuration: SpinConfiguration(cacheDirectory: root.appending("cache")), launcher: launcher,
                inherited: ["PATH": root.string])
            let error = await #expect(throws: RuntimeError.self) { _ = try await runtime.start(release.launch) }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func asksForVariablesTheHostDoesNotSet() async throws {
        try await withTemporaryDirectory { root in
            var launch = try MaterializedRelease(root: root, .serving()).launch
            launch.manifest.capabilities.requiredVariables = ["api_key"]
            let error = await #expect(throws: RuntimeError.self) { _ = try await runtime(root).start(launch) }
            #expect(error?.description.contains("api_key") ?? false)
        }
    }
}
