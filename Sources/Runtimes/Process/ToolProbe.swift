import RolloutSystem
import SystemPackage

/// Asks a tool what it is.
enum ToolProbe {
    /// What the tool writes to standard output and error; `nil` when it cannot be started, fails, or takes longer than
    /// `limit`.
    static func run(
        _ executable: FilePath, _ arguments: [String], environment: [String: String], launcher: any ProcessLauncher,
        limit: Duration = .seconds(10)
    ) async -> String? {
        let request = LaunchRequest(
            executable: executable, arguments: arguments, environment: environment, standardOutput: .lines,
            standardError: .lines)
        guard let process = try? await launcher.start(request, for: .probeStart) else { return nil }
        let timer = Task {
            try await Task.sleep(for: limit)
            launcher.signal(process, .kill, wholeGroup: true, for: .probeKill)
        }
        defer { timer.cancel() }
        var lines: [String] = []
        for await line in process.output.lines where lines.count < 1000 { lines.append(line.text) }
        return await process.waitForExit().status == .exited(0) ? lines.joined(separator: "\n") : nil
    }
}
