import FoundationEssentials
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage

/// A running `wasmrollout agent`.
final class AgentProcess: Sendable {
    private static let launcher = LinuxProcessLauncher()

    let host: TestHost
    private let process: LaunchedProcess
    private let lines = Mutex<[String]>([])

    /// - Parameter socket: a listening socket that is passed on as systemd does it, named after the app.
    init(host: TestHost, adding variables: [String: String], passing socket: Int32? = nil) throws {
        self.host = host
        let home = host.volume.home
        let agent = [Program.path.string, "agent", "--config", host.configurationPath.string]
        // Only the process itself knows its id, which it must be told.
        let pass = "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=\(host.volume.app); exec \"$@\""
        let shell = socket == nil ? host.shell : pass
        self.process = try Self.launcher.launch(
            LaunchRequest(
                executable: shell == nil ? Program.path : "/bin/sh",
                arguments: shell.map { ["-c", $0, "sh"] + agent } ?? Array(agent.dropFirst()),
                environment: Program.environment(home: home).merging(variables) { _, new in new }, workingDirectory: home,
                standardOutput: .lines, standardError: .lines, passedDescriptors: socket.map { [3: $0] } ?? [:],
                endsGroupOnExit: false),
            for: .hookStart)
        Task.detached { [process, weak self] in
            for await line in process.output.lines { self?.lines.withLock { $0.append(line.text) } }
        }
    }

    var processID: Int32 { process.processID }
    /// What it wrote so far.
    var log: String { lines.withLock { $0.joined(separator: "\n") } }
    var hasEnded: Bool { process.exit.current != nil }

    func count(_ words: String) -> Int { lines.withLock { $0.count { $0.contains(words) } } }

    /// Whether it ever began to move to a release.
    func hasTried(_ release: Digest) -> Bool {
        lines.withLock { $0.contains { $0.contains("Moving to a release") && $0.contains(release.short) } }
    }

    // MARK: Ending

    @discardableResult
    func signal(_ signal: ProcessSignal) -> Bool {
        Self.launcher.signal(process, signal, wholeGroup: false, for: .serverSignal)
    }

    func exited() async -> ExitStatus { await process.waitForExit().status }

    /// SIGTERM, and waits; SIGKILL when it takes longer than a test can.
    @discardableResult
    func stop() async -> ExitStatus {
        signal(.terminate)
        if await !eventually(within: .seconds(40), { self.hasEnded }) { signal(.kill) }
        return await exited()
    }

    @discardableResult
    func kill() async -> ExitStatus {
        signal(.kill)
        return await exited()
    }

    // MARK: Looking

    private struct StatusPage: Decodable {
        var apps: [HostStatus]
    }

    /// A response of the admin listener; `nil` when there is none.
    func admin(_ path: String, method: String = "GET") async -> RawMessage? {
        let port = host.adminPort
        return await offLoop {
            guard let socket = try? RawSocket.connect(port: port, timeout: .seconds(5)) else { return nil }
            defer { socket.close() }
            let request = "\(method) \(path) HTTP/1.1\r\nHost: admin\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            guard (try? socket.send(request)) != nil else { return nil }
            return try? socket.receiveResponse()
        }
    }

    func answers() async -> Bool {
        let answered = await eventually(within: .seconds(30)) {
            if self.hasEnded { return true }
            return await self.admin("/livez")?.status == 200
        }
        return answered && !hasEnded
    }

    func status() async -> HostStatus? {
        guard let page = await admin("/status"), page.status == 200 else { return nil }
        return try? JSONDecoder().decode(StatusPage.self, from: Data(page.body)).apps.first
    }

    /// Polls of the volume so far.
    func polls() async -> Int? {
        await admin("/metrics")?.text.split(separator: "\n").first { $0.hasPrefix("wasmrollout_polls_total ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }

    /// Waits until the status is as wanted.
    func shows(within limit: Duration = .seconds(40), _ condition: @escaping (HostStatus) -> Bool) async -> Bool {
        await eventually(within: limit) {
            if self.hasEnded { return true }
            guard let status = await self.status() else { return false }
            return condition(status)
        } && !hasEnded
    }

    /// Waits until a release serves and its bake is over.
    func settles(on release: Digest, within limit: Duration = .seconds(40)) async -> Bool {
        await shows(within: limit) { status in
            status.serving?.release == release && status.health == .ready && status.bakingUntil == nil
                && status.attempting == nil
        }
    }

    /// Waits until a release takes the traffic.
    func serves(_ release: Digest, within limit: Duration = .seconds(40)) async -> Bool {
        await shows(within: limit) { $0.serving?.release == release && $0.health == .ready }
    }

    /// Waits until a release is among the refused; returns the reason.
    func refusal(of release: Digest, within limit: Duration = .seconds(60)) async -> String? {
        _ = await shows(within: limit) { $0.refused.contains { $0.release == release } }
        return await status()?.refused.first { $0.release == release }?.reason
    }

    /// One request through the gateway.
    func get(_ path: String = "/") async -> RawMessage? {
        let port = host.port
        return await offLoop {
            guard let socket = try? RawSocket.connect(port: port) else { return nil }
            defer { socket.close() }
            guard (try? socket.send("GET \(path) HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")) != nil else {
                return nil
            }
            return try? socket.receiveResponse()
        }
    }
}
