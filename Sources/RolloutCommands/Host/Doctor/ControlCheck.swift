import RolloutAgent
import Runtimes
import SystemPackage

/// Looks for the supervisor of an application's own container.
enum ControlCheck {
    static func run(_ app: AppSection, _ control: FilePath, store: FilePath) async -> HealthCheck {
        let launcher = SupervisedLauncher(directory: control, agent: "doctor", store: store)
        do throws(SupervisorFailure) {
            let greeting = try await launcher.greet()
            if !greeting.command.isEmpty {
                return .ok("supervisor \(app.name)", "it runs \(greeting.command.joined(separator: " "))")
            }
            let found = ["spin", "wasmtime", "wasmkit"].compactMap {
                launcher.find($0, searchPath: greeting.environment["PATH"] ?? "")
            }
            guard let program = app.runtime.program ?? found.first else {
                return .warning(
                    "supervisor \(app.name)", "its container has neither Spin nor wasmtime nor wasmkit on PATH",
                    "Install Spin there, or name a command behind `wasmrollout supervise --`.")
            }
            return .ok("supervisor \(app.name)", "it is there, with \(program)")
        } catch {
            // This host's own agent has it.
            if error.reason.contains("is using it") { return .ok("supervisor \(app.name)", error.reason) }
            return .problem(
                "supervisor \(app.name)", error.reason,
                "Run `wasmrollout supervise --control \(control)` as the entrypoint of the application's container.")
        }
    }
}
