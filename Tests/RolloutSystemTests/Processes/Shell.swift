import RolloutSystem
import SystemPackage

/// Starts shell scripts.
struct Shell {
    let launcher = LinuxProcessLauncher()

    func request(_ script: String) -> LaunchRequest {
        LaunchRequest(
            executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], standardOutput: .lines,
            standardError: .lines)
    }

    func start(_ script: String, _ change: (inout LaunchRequest) -> Void = { _ in }) throws(LaunchError) -> LaunchedProcess {
        var request = request(script)
        change(&request)
        return try launcher.launch(request, for: .hookStart)
    }

    /// Runs to the end; all that was written, standard output and error told apart.
    func run(
        _ script: String, _ change: (inout LaunchRequest) -> Void = { _ in }
    ) async throws -> (exit: ProcessExit, output: [String], errors: [String]) {
        let process = try start(script, change)
        var lines: [OutputLine] = []
        for await line in process.output.lines { lines.append(line) }
        let exit = await process.waitForExit()
        return (exit, lines.filter { $0.source == .output }.map(\.text), lines.filter { $0.source == .error }.map(\.text))
    }
}
