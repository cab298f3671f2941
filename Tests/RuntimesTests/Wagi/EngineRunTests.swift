import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

/// One engine process, with a shell in its place.
@Suite struct EngineRunTests {
    private func run(_ script: String, limit: Duration) async -> EngineRun.Outcome {
        let request = LaunchRequest(
            executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], standardInput: .pipe,
            standardOutput: .pipe, standardError: .pipe)
        let run = EngineRun(
            launcher: LinuxProcessLauncher(), request: request, input: [], limit: limit, outputLimit: 1000)
        return await offLoop {
            var log = GuestLog(LogFile(path: "/dev/null", limit: 1 << 20), share: 1000)
            defer { log.close() }
            return run.run(&log)
        }
    }

    @Test func whatItWroteCountsOnlyWhenItEndsWell() async {
        #expect(await run("printf done", limit: .seconds(60)) == .output(Array("done".utf8)))
        #expect(await run("printf done; exit 3", limit: .seconds(60)) == .failed(.exited(3)))
    }

    /// It would else hold its place, and its client, for as long as it likes.
    @Test func oneThatHasSaidAllAndDoesNotEndIsEnded() async {
        #expect(await run("printf done; exec >&- 2>&-; exec sleep 30", limit: .milliseconds(500)) == .tookTooLong)
    }
}
