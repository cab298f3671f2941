import Glibc
import RolloutSystem
import SystemPackage

/// The demo's temporary directory, and the processes that were started in it. Both go at the end, however it comes.
final class DemoPlace: Sendable {
    let directory: FilePath
    let program: FilePath
    let launcher = makeLauncher()
    private let agents = LockedList<LaunchedProcess>()

    var volume: FilePath { directory.appending("volume") }
    var key: FilePath { directory.appending("demo.key.json") }
    /// Of the hosts that may coordinate.
    var coordinatorKey: FilePath { directory.appending("coordinator.key.json") }
    var policy: FilePath { directory.appending("demo.trust.json") }

    init() throws {
        guard let program = CommandHost.program else {
            throw CommandFailure(
                .unavailable, "Could not run the demo: this program cannot find itself. Check that /proc is mounted.")
        }
        var template = Array("\(CommandHost.variable("TMPDIR") ?? "/tmp")/wasmrollout-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(.unavailable, "Could not run the demo: no temporary directory can be made. Check TMPDIR.")
        }
        self.program = program
        self.directory = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// Starts an agent; its log goes into a file.
    func startAgent(_ host: DemoHost) async throws {
        let log = open(host.log.string, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else {
            throw CommandFailure(.unavailable, "Could not run the demo: \(host.log) cannot be made. Check TMPDIR.")
        }
        defer { close(log) }
        let request = LaunchRequest(
            executable: program, arguments: ["agent", "--config", host.configuration.string],
            // The demo's hosts are what it says, wherever it runs.
            environment: CommandHost.environment.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { _, new in new },
            workingDirectory: directory, standardError: .descriptor(log), parentDeathSignal: .kill)
        agents.append(try await launcher.start(request, for: .demoStart))
    }

    /// Whether an agent has ended by itself.
    var hasLostAgent: Bool { agents.all.contains { $0.exit.current != nil } }

    /// Stops the agents, gracefully at first, and removes the directory.
    func cleanUp() async {
        for agent in agents.all { launcher.signal(agent, .terminate, wholeGroup: false, for: .demoStop) }
        let deadline = ContinuousClock.now + .seconds(10)
        while agents.all.contains(where: { $0.exit.current == nil }), ContinuousClock.now < deadline {
            // Not cut short: whoever was cancelled must clean up, too.
            await Task.detached { try? await Task.sleep(for: .milliseconds(20)) }.value
        }
        for agent in agents.all where agent.exit.current == nil {
            launcher.signal(agent, .kill, wholeGroup: true, for: .demoStop)
            _ = await agent.waitForExit()
        }
        try? CommandHost.files.removeTree(directory, for: .userWrite)
    }
}
