import Gateway
import Logging
import RolloutCore
import RolloutSystem
import Synchronization

/// What follows when a host hears that it will be taken away: its clients are sent elsewhere, and once nothing is in flight any more
/// a command is run, such as the one that lets an Auto Scaling group go on.
///
/// The gateways go on serving whoever still comes: to be refused helps nobody. The rest happens at SIGTERM, as always.
final class HostDeparture: Sendable {
    private let host: HostID
    private let command: [String]
    private let apps: [HostedApp]
    private let launcher: any ProcessLauncher
    private let environment: [String: String]
    private let logger: Logger
    private let waiting = Mutex<Task<Void, Never>?>(nil)

    /// How long the command may take.
    private static let commandLimit: Duration = .seconds(60)

    init(
        host: HostID, command: [String], apps: [HostedApp], launcher: any ProcessLauncher, environment: [String: String],
        logger: Logger
    ) {
        self.host = host
        self.command = command
        self.apps = apps
        self.launcher = launcher
        self.environment = environment
        self.logger = logger
    }

    /// Readiness has ended already.
    func begin(_ reason: String) {
        for app in apps { app.gateway?.leave(true) }
        waiting.withLock { waiting in
            // A second notice changes nothing about what is under way.
            guard waiting == nil else { return }
            waiting = Task {
                guard await drained() else { return }
                self.logger.notice("The host has drained", metadata: ["host": "\(self.host)"])
                await runCommand(reason)
            }
        }
    }

    func callOff() {
        waiting.withLock { waiting in
            waiting?.cancel()
            waiting = nil
        }
        for app in apps { app.gateway?.leave(false) }
    }

    /// Returns when the load balancers had their time and nothing is in flight, or when draining has taken as long as it may; `false`
    /// when it was called off.
    private func drained() async -> Bool {
        let accepting = apps.map(\.stopping.pause).max() ?? .zero
        let limit = apps.map(\.section.drainLimit).max() ?? .zero
        do {
            try await Task.sleep(for: accepting)
            let deadline = ContinuousClock.now + limit
            while isBusy, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(100)) }
            return true
        } catch { return false }
    }

    private var isBusy: Bool {
        apps.compactMap { $0.gateway?.metrics() }.contains { metrics in
            metrics.holding > 0 || metrics.releases.values.contains { $0.inFlight > 0 }
        }
    }

    private func runCommand(_ reason: String) async {
        guard let name = command.first else { return }
        let search = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        guard let program = findExecutable(name, searchPath: search) else {
            logger.error("The command for the end of a drain is not there", metadata: ["command": "\(name)"])
            return
        }
        let own = ["PATH": search, "WASMROLLOUT_HOST": "\(host)", "WASMROLLOUT_REASON": reason]
        let request = LaunchRequest(
            executable: program, arguments: Array(command.dropFirst()), environment: environment.merging(own) { _, new in new },
            standardOutput: .lines, standardError: .lines)
        do throws(LaunchError) {
            let process = try await launcher.start(request, for: .hookStart)
            let timer = Task { [launcher] in
                do { try await Task.sleep(for: Self.commandLimit) } catch { return }
                launcher.signal(process, .kill, wholeGroup: true, for: .hookKill)
            }
            let status = await process.waitForExit().status
            timer.cancel()
            logger.notice(
                "Ran the command for the end of a drain", metadata: ["command": "\(name)", "result": "\(status)"])
        } catch {
            logger.error("The command for the end of a drain cannot be run", metadata: ["reason": "\(error)"])
        }
    }
}
