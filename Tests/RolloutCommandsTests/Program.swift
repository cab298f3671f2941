import Foundation
import RolloutSystem
import RolloutTesting
import SystemPackage

/// Runs the built program as a person would.
struct Program {
    struct Ran {
        var status: ExitStatus
        var output: String
        var error: String

        /// Standard output as JSON.
        var json: [String: Any] {
            get throws { try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:] }
        }
    }

    var environment: [String: String] = [:]

    /// With an environment that names nothing of ours but what is given.
    func callAsFunction(_ arguments: String...) async throws -> Ran { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Ran {
        let process = try start(arguments)
        var ran = Ran(status: .exited(-1), output: "", error: "")
        for await line in process.output.lines {
            if line.source == .output { ran.output += line.text + "\n" } else { ran.error += line.text + "\n" }
        }
        ran.status = await process.waitForExit().status
        return ran
    }

    /// - Parameter terminal: what it gets as standard streams instead of pipes.
    func start(_ arguments: [String], on terminal: Int32? = nil) throws -> LaunchedProcess {
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            ["PATH", "HOME", "TMPDIR", "TSAN_OPTIONS"].contains(name)
        }
        environment["AWS_EC2_METADATA_DISABLED"] = "true"
        environment.merge(self.environment) { _, new in new }
        return try Self.launcher.launch(
            LaunchRequest(
                executable: BuiltProduct.path("wasmrollout"), arguments: arguments, environment: environment,
                standardInput: terminal.map { .descriptor($0) } ?? .null,
                standardOutput: terminal.map { .descriptor($0) } ?? .lines,
                standardError: terminal.map { .descriptor($0) } ?? .lines), for: .hookStart)
    }

    static let launcher = LinuxProcessLauncher()
    static var path: [String: String] { ProcessInfo.processInfo.environment.filter { $0.key == "PATH" } }
}

/// The sources' own directory.
let repository = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
