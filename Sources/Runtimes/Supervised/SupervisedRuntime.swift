import RolloutCore
import RolloutSystem
import Synchronization

/// Runs releases in the container of a supervisor, with the runtime that fits there.
package final class SupervisedRuntime: Runtime {
    /// Makes the runtime for a supervisor's container.
    package typealias Choice = @Sendable (SupervisorGreeting, any ProcessLauncher) async -> any Runtime

    private let launcher: SupervisedLauncher
    private let choose: Choice
    private let chosen = Mutex<(greeting: SupervisorGreeting, runtime: any Runtime)?>(nil)

    package init(launcher: SupervisedLauncher, choose: @escaping Choice) {
        self.launcher = launcher
        self.choose = choose
    }

    package var kind: RuntimeKind { chosen.withLock { $0?.runtime.kind } ?? .command }

    /// What the container can run is known once its supervisor has been met: a release is not refused before.
    package func refusal(of manifest: ReleaseManifest) -> String? {
        chosen.withLock { $0?.runtime }?.refusal(of: manifest)
    }

    package func start(_ launch: BackendLaunch) async throws(RuntimeError) -> any RunningBackend {
        let runtime = try await runtime()
        if let refusal = runtime.refusal(of: launch.manifest) {
            throw RuntimeError(.unavailable, "Could not start \(launch.id): \(refusal).")
        }
        return try await runtime.start(launch)
    }

    private func runtime() async throws(RuntimeError) -> any Runtime {
        let greeting: SupervisorGreeting
        do throws(SupervisorFailure) { greeting = try await launcher.greet() } catch {
            throw RuntimeError(
                .unavailable,
                "Could not start a backend in the application's container: \(error.reason). Run `wasmrollout supervise` there, "
                    + "with the same control directory.")
        }
        if let known = chosen.withLock({ $0 }), known.greeting == greeting { return known.runtime }
        let runtime = await choose(greeting, launcher)
        chosen.withLock { $0 = (greeting, runtime) }
        return runtime
    }
}
