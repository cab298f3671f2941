import RolloutCore
import RolloutSystem
import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs releases in the embedded host: a child process of the agent's own program that speaks HTTP in front and starts
/// one engine process per request. For WASI preview 1 modules under Spin's WAGI contract.
package final class WagiRuntime: Runtime {
    package let configuration: WagiConfiguration
    private let launcher: any ProcessLauncher
    private let inherited: [String: String]
    private let found = Mutex<WagiEngine?>(nil)

    /// - Parameter inherited: the agent's environment.
    package init(configuration: WagiConfiguration, launcher: any ProcessLauncher, inherited: [String: String]) {
        self.configuration = configuration
        self.launcher = launcher
        self.inherited = inherited
    }

    package var kind: RuntimeKind { .wagi }

    package func refusal(of manifest: ReleaseManifest) -> String? {
        for component in manifest.components where component.source != nil {
            let remedy = "Install Spin on this host, and set its runtime to spin or auto"
            if component.kind == .component {
                return "component '\(component.id)' is a WebAssembly component; the wagi runtime runs modules only. \(remedy)"
            }
            if component.needs == .http {
                return "component '\(component.id)' answers through Spin's own interface; the wagi runtime runs WASI commands "
                    + "only. \(remedy)"
            }
        }
        return nil
    }

    package func start(_ launch: BackendLaunch) async throws(RuntimeError) -> any RunningBackend {
        let engine = try await engine()
        try ScratchDirectory.make(launch.scratch, ["logs", "temporary"])
        do throws(RuntimeError) {
            let plan = try WagiPlanner(launch: launch, engine: engine, limits: configuration.limits).plan()
            let file = launch.scratch.appending("wagi.json")
            try write(plan, to: file)
            let process = try await launchHost(launch, file)
            return ProcessBackend(
                id: launch.id, launcher: launcher, process: process, readiness: .announced(version: launch.expectedVersion),
                scratch: launch.scratch, explain: { "the embedded host \($0.explanation)" },
                noteLine: { if let failure = FailedRequest(line: $0) { launch.noteFailure(failure) } })
        } catch {
            ScratchDirectory.remove(launch.scratch)
            throw error
        }
    }

    /// Looked for until one is found, then kept: a start does not wait for what is known.
    private func engine() async throws(RuntimeError) -> WagiEngine {
        if let known = found.withLock({ $0 }), launcher.find(known.executable, searchPath: "") != nil { return known }
        let engine = try await WagiEngine.find(at: configuration.engine, inherited: inherited, launcher: launcher)
        found.withLock { $0 = engine }
        return engine
    }

    private func write(_ plan: WagiPlan, to file: FilePath) throws(RuntimeError) {
        do {
            try JSONEncoder().encode(plan).write(to: URL(filePath: file.string))
        } catch {
            throw RuntimeError(.cannotStart, "Could not write \(file): \(error). Check that the state directory is not full.")
        }
    }

    private func launchHost(_ launch: BackendLaunch, _ plan: FilePath) async throws(RuntimeError) -> LaunchedProcess {
        var environment = inherited.filter { name, _ in ["PATH", "HOME", "LANG", "TZ", "XDG_CACHE_HOME"].contains(name) }
        environment["TMPDIR"] = launch.scratch.appending("temporary").string
        environment[LaunchRequest.markerVariable] = launch.token
        let request = LaunchRequest(
            executable: configuration.host, arguments: configuration.hostArguments + [plan.string], environment: environment,
            workingDirectory: launch.scratch, standardOutput: .lines, standardError: .lines, parentDeathSignal: .terminate)
        do throws(LaunchError) {
            return try await launcher.start(request, for: .backendStart)
        } catch {
            throw RuntimeError(.cannotStart, "\(error)")
        }
    }
}
