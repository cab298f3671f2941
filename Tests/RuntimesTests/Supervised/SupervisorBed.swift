import Foundation
import Logging
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage

@testable import Runtimes

/// A control directory, supervisors in this process, and agents that use them.
final class SupervisorBed: Sendable {
    let root: FilePath
    let control: FilePath
    private let echoed = Mutex<[String]>([])

    init(in root: FilePath) {
        self.root = root
        control = root.appending("control")
    }

    /// With a supervisor that runs until `body` ends, however that is.
    static func with(_ body: (SupervisorBed) async throws -> Void) async throws {
        try await withTemporaryDirectory { root in
            let bed = SupervisorBed(in: root)
            let supervisor = try await bed.supervisor()
            do { try await body(bed) } catch {
                await bed.stop(supervisor)
                throw error
            }
            await bed.stop(supervisor)
        }
    }

    /// What supervised processes wrote, as the container's own output.
    var echo: [String] { echoed.withLock { $0 } }

    func supervisor(command: [String] = []) async throws -> Supervisor {
        var logger = Logger(label: "supervisor")
        logger.logLevel = .critical
        let supervisor = Supervisor(
            directory: control, command: command, environment: ["PATH": "/usr/bin:/bin", "PLACE": "there"],
            launcher: LinuxProcessLauncher(), logger: logger, echo: { line in self.echoed.withLock { $0.append(line.text) } })
        try await supervisor.start(in: LinuxFileSystem())
        return supervisor
    }

    func agent(_ name: String = "web-1", store: FilePath? = nil) -> SupervisedLauncher {
        SupervisedLauncher(directory: control, agent: name, store: store ?? root)
    }

    func request(_ script: String, deathSignal: ProcessSignal = .terminate) -> LaunchRequest {
        LaunchRequest(
            executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], standardOutput: .lines,
            standardError: .lines, parentDeathSignal: deathSignal)
    }

    func stop(_ supervisor: Supervisor) async {
        let hurry = Eventual<Void>()
        hurry.fulfill(())
        await supervisor.stop(within: .zero, hurry: hurry)
    }
}
