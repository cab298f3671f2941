import RolloutCore
import RolloutSystem
import SystemPackage

/// Strategies `command` and `systemd`: a program is run once `current` is swapped, and must exit 0.
struct CommandStrategy: Sendable {
    let command: [String]
    let timeout: Duration
    let launcher: any ProcessLauncher

    /// `systemctl restart` or `reload` of the unit.
    static func systemd(unit: String, reload: Bool, timeout: Duration, launcher: any ProcessLauncher) -> CommandStrategy {
        CommandStrategy(
            command: ["systemctl", reload ? "reload" : "restart", "--", unit], timeout: timeout, launcher: launcher)
    }

    func notify(_ copy: LocalCopy, search: String) async throws(BackendFailure) {
        guard let name = command.first, let program = findExecutable(name, searchPath: search) else {
            throw BackendFailure(
                reason: "Could not run '\(command.first ?? "")': there is no such program on PATH.",
                cause: .environment)
        }
        let arguments = command.dropFirst().map { argument in
            argument.replacing("{release}", with: copy.release.hex).replacing("{directory}", with: copy.directory.string)
        }
        let request = LaunchRequest(
            executable: program, arguments: arguments,
            environment: [
                "PATH": search, "WASMROLLOUT_RELEASE": copy.release.hex, "WASMROLLOUT_DIRECTORY": copy.directory.string,
                "WASMROLLOUT_APP": copy.manifest.app.description, "WASMROLLOUT_VERSION": copy.manifest.version,
            ],
            standardOutput: .lines, standardError: .lines)
        let process: LaunchedProcess
        do throws(LaunchError) { process = try await launcher.start(request, for: .hookStart) } catch {
            throw BackendFailure(reason: "\(error)", cause: .environment)
        }
        let timer = Task { [launcher, timeout] in
            do { try await Task.sleep(for: timeout) } catch { return }
            launcher.signal(process, .kill, wholeGroup: true, for: .hookKill)
        }
        let status = await process.waitForExit().status
        timer.cancel()
        guard status == .exited(0) else {
            throw BackendFailure(reason: "'\(command.joined(separator: " "))' \(status.explanation).")
        }
    }
}
