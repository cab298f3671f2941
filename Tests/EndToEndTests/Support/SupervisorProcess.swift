import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage

/// A running `wasmrollout supervise`.
final class SupervisorProcess: Sendable {
    private static let launcher = LinuxProcessLauncher()

    private let process: LaunchedProcess
    private let lines = Mutex<[String]>([])

    init(control: FilePath, home: FilePath, command: [String] = []) throws {
        process = try Self.launcher.launch(
            LaunchRequest(
                executable: Program.path,
                arguments: ["supervise", "--control", control.string] + (command.isEmpty ? [] : ["--"] + command),
                environment: Program.environment(home: home), workingDirectory: home, standardOutput: .lines,
                standardError: .lines, endsGroupOnExit: false),
            for: .hookStart)
        Task.detached { [process, weak self] in
            for await line in process.output.lines { self?.lines.withLock { $0.append(line.text) } }
        }
    }

    /// What it and those it started wrote so far.
    var log: String { lines.withLock { $0.joined(separator: "\n") } }

    func signal(_ signal: ProcessSignal) {
        Self.launcher.signal(process, signal, wholeGroup: false, for: .serverSignal)
    }

    func exited() async -> ExitStatus { await process.waitForExit().status }
}
