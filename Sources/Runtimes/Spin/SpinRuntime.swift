import RolloutCore
import RolloutSystem
import Synchronization
import SystemPackage

/// Runs releases with the Spin CLI (2.5 or later; written against 4.0): `spin up`, which is two processes.
///
/// Spin does not drain: SIGTERM cuts every request in flight. And when its parent process is killed, the one that
/// serves lives on with the port; both are in one process group here, which is ended as a whole.
package final class SpinRuntime: Runtime {
    package let configuration: SpinConfiguration
    private let launcher: any ProcessLauncher
    private let inherited: [String: String]
    private let version = Mutex<SpinVersion?>(nil)

    /// - Parameter inherited: the agent's environment.
    package init(configuration: SpinConfiguration, launcher: any ProcessLauncher, inherited: [String: String]) {
        self.configuration = configuration
        self.launcher = launcher
        self.inherited = inherited
    }

    package var kind: RuntimeKind { .spin }

    /// Spin runs every kind of release that can be published.
    package func refusal(of manifest: ReleaseManifest) -> String? { nil }

    package func start(_ launch: BackendLaunch) async throws(RuntimeError) -> any RunningBackend {
        let executable = try find()
        try await checkVersion(of: executable)
        let missing = launch.manifest.capabilities.requiredVariables.filter { launch.variables[$0] == nil }
        guard missing.isEmpty else {
            throw RuntimeError(
                .unavailable,
                "Could not start \(launch.id): it requires the variables \(missing.joined(separator: ", ")), "
                    + "which this host does not set. Set them in the app's section of the host's configuration.")
        }
        try ScratchDirectory.make(launch.scratch, SpinCommand.directories)
        try ScratchDirectory.make(configuration.cacheDirectory, [])
        let command = SpinCommand(launch: launch, configuration: configuration, inherited: inherited)
        let request = LaunchRequest(
            executable: executable, arguments: command.arguments, environment: command.environment,
            // What it writes beside itself must not become part of the release.
            workingDirectory: launch.scratch, standardOutput: .lines, standardError: .lines, parentDeathSignal: .terminate)
        do throws(LaunchError) {
            let process = try await launcher.start(request, for: .backendStart)
            return ProcessBackend(
                id: launch.id, launcher: launcher, process: process, readiness: .announced(version: launch.expectedVersion),
                scratch: launch.scratch, logs: command.logs, explain: SpinExit.reason)
        } catch {
            ScratchDirectory.remove(launch.scratch)
            throw RuntimeError(.cannotStart, "\(error)")
        }
    }

    private func find() throws(RuntimeError) -> FilePath {
        if let path = configuration.executable ?? launcher.find("spin", searchPath: inherited["PATH"] ?? "") { return path }
        throw RuntimeError(
            .unavailable,
            "Could not find Spin: there is no 'spin' on PATH. Install Spin \(SpinVersion.oldest) or later, or name it in the "
                + "configuration.")
    }

    /// Asks once; a Spin that was found good is not asked again.
    private func checkVersion(of executable: FilePath) async throws(RuntimeError) {
        guard version.withLock({ $0 }) == nil else { return }
        let output = await ToolProbe.run(executable, ["--version"], environment: inherited, launcher: launcher)
        guard let output, let found = SpinVersion(output: output) else {
            throw RuntimeError(
                .unavailable, "Could not use \(executable): it does not tell its version as Spin does. Check that it is Spin.")
        }
        guard found >= SpinVersion.oldest else {
            throw RuntimeError(
                .unavailable,
                "Could not use \(executable): it is Spin \(found), which says that it serves before it does. Install "
                    + "\(SpinVersion.oldest) or later.")
        }
        version.withLock { $0 = found }
    }
}
