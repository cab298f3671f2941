import RolloutSystem
import RolloutTesting
import Testing

@Suite struct OrphanReaperTests {
    @Test func orphansAreWaitedForAndNoLaunchedProcessLosesItsExit() async throws {
        let process = try LinuxProcessLauncher().launch(
            LaunchRequest(
                executable: BuiltProduct.path("orphan-stress"), arguments: ["200"], environment: ["PATH": "/usr/bin:/bin"],
                standardOutput: .lines, standardError: .lines),
            for: .hookStart)
        var lines: [String] = []
        for await line in process.output.lines { lines.append(line.text) }
        #expect(await process.waitForExit().status == .exited(0))
        // Each of the processes leaves three orphans: the two that sleep, and the subshell around one of them when it ends last.
        let words = try #require(lines.last).split(separator: " ").map(String.init)
        #expect(words.count == 6 && words[0] == "right" && words[1] == "200")
        #expect(words[5] == "0", "\(lines)")
        #expect(try #require(Int(words[3])) >= 400)
    }
}
