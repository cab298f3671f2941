import Glibc
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutAgent

/// One hook as a real process.
@Suite struct HookRunnerTests {
    private func shell(_ script: String, timeout: Duration = .seconds(30)) -> HookSetting {
        HookSetting(command: ["sh", "-c", script], timeout: timeout)
    }

    private func runner(_ directory: FilePath, grace: Duration = .seconds(2)) -> HookRunner {
        HookRunner(
            launcher: LinuxProcessLauncher(), scratch: directory.appending("scratch"), search: "/usr/bin:/bin",
            marker: "test.\(directory.lastComponent?.string ?? "")", grace: grace)
    }

    private var facts: HookFacts {
        var facts = HookFacts(
            point: .beforeActivate, app: "shop", channel: "stable", host: "web-1", release: Digest(bytes: (0..<32).map { $0 }),
            label: "1.4.2", sequence: 7, reason: "Record 7 says so.")
        facts.candidate = BackendAddress(host: "127.0.0.1", port: 4000)
        return facts
    }

    private func read(_ path: FilePath) throws -> String {
        String(decoding: try LinuxFileSystem().readAll(path, limit: 1 << 20, for: .userRead), as: UTF8.self)
    }

    @Test func exitCodeZeroPassesAndAnyOtherFailsWithTheLastLine() async throws {
        try await withTemporaryDirectory { directory in
            #expect(await runner(directory).run(shell("exit 0"), facts) == .passed)
            let outcome = await runner(directory).run(shell("echo looking; echo 'no cart' >&2; echo; exit 3"), facts)
            #expect(outcome == .failed("before-activate exited with code 3. Its last line: no cart"))
            #expect(
                await runner(directory).run(shell("kill -9 $$"), facts)
                    == .failed("before-activate was ended by SIGKILL, as happens when memory runs out."))
        }
    }

    @Test func theFactsAreItsEnvironmentAndNothingElseOfTheAgentsIs() async throws {
        try await withTemporaryDirectory { directory in
            setenv("WASMROLLOUT_KEY_OF_THE_AGENT", "secret", 1)
            defer { unsetenv("WASMROLLOUT_KEY_OF_THE_AGENT") }
            let path = directory.appending("environment")
            #expect(await runner(directory).run(shell("env > \(path); pwd >> \(path)"), facts) == .passed)
            let text = try read(path)
            #expect(!text.contains("secret"))
            for line in [
                "WASMROLLOUT_HOOK=before-activate", "WASMROLLOUT_APP=shop", "WASMROLLOUT_CHANNEL=stable",
                "WASMROLLOUT_HOST=web-1", "WASMROLLOUT_RELEASE=\(facts.release.hex)", "WASMROLLOUT_LABEL=1.4.2",
                "WASMROLLOUT_PREVIOUS=", "WASMROLLOUT_SEQUENCE=7", "WASMROLLOUT_REASON=Record 7 says so.",
                "WASMROLLOUT_ADDRESS=127.0.0.1:4000", "WASMROLLOUT_URL=http://127.0.0.1:4000",
                // By this it is found and ended when its agent was killed.
                "\(LaunchRequest.markerVariable)=test.\(directory.lastComponent?.string ?? "")",
            ] { #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)") }
            // In a directory of its own, which is gone.
            let place = directory.appending("scratch").appending("hook-before-activate")
            #expect(text.hasSuffix("\(place)\n"))
            #expect(access(place.string, F_OK) != 0)
        }
    }

    @Test func whatTakesTooLongIsEndedWithItsWholeGroup() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("child")
            // Neither of them listens to SIGTERM.
            let script =
                "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > \(path); while :; do sleep 1; done' & echo waiting; wait; wait"
            let runner = runner(directory, grace: .milliseconds(100))
            let outcome = await runner.run(shell(script, timeout: .seconds(2)), facts)
            #expect(outcome == .failed("before-activate took longer than 2s. Its last line: waiting"))
            let child = try #require(Int32(try read(path).filter(\.isNumber)))
            #expect(await eventually { LinuxProcessLauncher().identity(processID: child) == nil })
        }
    }

    @Test func whatNobodyWaitsForIsEnded() async throws {
        try await withTemporaryDirectory { directory in
            let started = directory.appending("started")
            let task = Task { await runner(directory).run(shell("touch \(started); sleep 60"), facts) }
            #expect(await eventually { access(started.string, F_OK) == 0 })
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test func whatCannotBeRunSaysNothingAboutTheRelease() async throws {
        try await withTemporaryDirectory { directory in
            for program in ["no-such-program", "/etc/passwd"] {
                let outcome = await runner(directory).run(HookSetting(command: [program]), facts)
                guard case .unavailable(let reason) = outcome else {
                    Issue.record("\(program): \(outcome)")
                    continue
                }
                #expect(reason.contains(program))
            }
        }
    }

    @Test func aGrandchildThatKeepsTheOutputOpenHoldsNothingUp() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("pid")
            let outcome = await runner(directory).run(
                shell(
                    "setsid sh -c 'echo $$ > \(path); exec sleep 60' & while [ ! -s \(path) ]; do sleep 0.01; done; echo done"),
                facts)
            #expect(outcome == .passed)
            if let pid = (try? read(path)).flatMap({ Int32($0.filter(\.isNumber)) }) { kill(pid, SIGKILL) }
        }
    }
}
