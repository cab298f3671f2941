import Glibc
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

/// Starts, output, signals and ends of many processes at once. Meant for the thread sanitizer; it must also hold without.
@Suite struct LauncherStressTests {
    private let launcher = LinuxProcessLauncher()

    private func run(_ number: Int, seed: UInt64) async throws -> Bool {
        var random = SeededRandom(seed: seed)
        let isKilled = Bool.random(using: &random)
        let process = try launcher.launch(
            LaunchRequest(
                executable: "/bin/sh",
                arguments: ["-c", isKilled ? "echo \(number); exec sleep 600" : "echo \(number); exit 9"],
                environment: ["PATH": "/usr/bin:/bin"], standardOutput: .lines, standardError: .lines),
            for: .guestStart)
        async let first = process.output.lines.first { _ in true }
        if isKilled {
            // Signals race with each other and with the end.
            await withTaskGroup(of: Void.self) { group in
                for signal in [ProcessSignal.terminate, .kill, .hangUp] {
                    let isGroup = Bool.random(using: &random)
                    group.addTask { launcher.signal(process, signal, wholeGroup: isGroup, for: .guestKill) }
                }
            }
        }
        let exit = await process.waitForExit()
        let line = await first
        switch exit.status {
        case .exited(let code): return !isKilled && code == 9 && line?.text == "\(number)"
        case .signaled(let signal): return isKilled && [SIGTERM, SIGKILL, SIGHUP].contains(signal)
        }
    }

    @Test func eachProcessEndsOnceWithItsOwnOutput() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<120 { group.addTask { try await run(number, seed: UInt64(number)) } }
            var count = 0
            for try await isRight in group {
                #expect(isRight)
                count += 1
            }
            #expect(count == 120)
        }
        // None is left, of these or of those that other tests start meanwhile.
        #expect(await eventually(within: .seconds(60)) { processDescriptorCount == 0 })
    }

    private var processDescriptorCount: Int {
        let files = LinuxFileSystem()
        let names = (try? files.list("/proc/self/fd", limit: .max, for: .processRead)) ?? []
        return names.count { name in
            let path = FilePath("/proc/self/fd/\(name)")
            return (try? files.readSymbolicLink(path, for: .processRead).string) == "anon_inode:[pidfd]"
        }
    }
}
