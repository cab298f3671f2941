import RolloutSystem
import RolloutTesting
import SystemPackage

/// The real `wasmrollout`, as a person runs it.
enum Program {
    static let path = BuiltProduct.path("wasmrollout")
    static let spin = BuiltProduct.path("spin-stand-in")

    /// How a command ended and what it said.
    struct Outcome: Sendable, CustomStringConvertible {
        var status: ExitStatus
        var output: String
        var errors: String

        var succeeded: Bool { status == .exited(0) }
        var description: String { "\(status)\n\(output)\n\(errors)" }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// What every process of these tests gets; the rest of the environment stays outside.
    static func environment(home: FilePath) -> [String: String] {
        let host = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LLVM_PROFILE_FILE", nil), ("LD_LIBRARY_PATH", nil),
            ("TSAN_OPTIONS", nil),
        ]
        var result = ["HOME": home.string, "TMPDIR": home.string, "AWS_EC2_METADATA_DISABLED": "true"]
        for (name, fallback) in host { result[name] = HostVariable.read(name) ?? fallback }
        return result
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], home: FilePath, adding variables: [String: String] = [:]
    ) async throws -> Outcome {
        let request = LaunchRequest(
            executable: path, arguments: arguments,
            environment: environment(home: home).merging(variables) { _, new in new }, workingDirectory: home,
            standardOutput: .lines,
            standardError: .lines)
        let process = try LinuxProcessLauncher().launch(request, for: .hookStart)
        var outcome = Outcome(status: .exited(0), output: "", errors: "")
        for await line in process.output.lines {
            switch line.source {
            case .output: outcome.output += line.text + "\n"
            case .error: outcome.errors += line.text + "\n"
            }
        }
        outcome.status = await process.waitForExit().status
        return outcome
    }

    /// Runs a command that must succeed; returns its standard output.
    @discardableResult
    static func succeed(_ arguments: [String], home: FilePath) async throws -> String {
        let outcome = try await run(arguments, home: home)
        guard outcome.succeeded else {
            throw Failure(description: "wasmrollout \(arguments.joined(separator: " ")): \(outcome)")
        }
        return outcome.output
    }
}
