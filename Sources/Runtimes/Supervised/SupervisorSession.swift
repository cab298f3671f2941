import Glibc
import Logging
import NIOCore
import RolloutSystem
import Synchronization
import SystemPackage

/// One connection to a supervisor. What it asks for is done on its event loop, in order.
final class SupervisorSession: Sendable {
    private struct State {
        /// `nil` until it said hello and was welcomed.
        var agent: String?
        var processes: [UInt64: (process: LaunchedProcess, deathSignal: ProcessSignal)] = [:]
    }

    private let supervisor: Supervisor
    private let channel: any Channel
    private let launcher: any ProcessLauncher
    private let echo: @Sendable (OutputLine) -> Void
    private let logger: Logger
    private let peer: uid_t
    private let state = Mutex(State())

    /// Time for a hello, and for processes to end when their agent is gone.
    private static let helloLimit = TimeAmount.seconds(5)
    private static let endingGrace: Duration = .seconds(5)

    init(
        supervisor: Supervisor, channel: any Channel, launcher: any ProcessLauncher,
        echo: @escaping @Sendable (OutputLine) -> Void, logger: Logger, peer: uid_t
    ) {
        self.supervisor = supervisor
        self.channel = channel
        self.launcher = launcher
        self.echo = echo
        self.logger = logger
        self.peer = peer
    }

    var agent: String { state.withLock { $0.agent } ?? "" }
    var handler: any ChannelInboundHandler & Sendable { SupervisorSessionHandler(session: self) }

    func close() { channel.close(promise: nil) }

    // MARK: Requests

    func opened() {
        channel.eventLoop.scheduleTask(in: Self.helloLimit) { [self] in
            if state.withLock({ $0.agent == nil }) { refuse("it did not say hello") }
        }
    }

    func receive(_ request: ControlRequest) {
        if case .hello(let version, let agent, let directory) = request { return welcome(version, agent, directory) }
        guard state.withLock({ $0.agent != nil }) else { return refuse("it did not say hello first") }
        switch request {
        case .hello: break
        case .find(let id, let name, let searchPath):
            send(.found(id: id, path: launcher.find(name, searchPath: searchPath)?.string))
        case .launch(let id, let launch): self.launch(id, launch)
        case .signal(let number, let signal, let wholeGroup):
            guard let process = state.withLock({ $0.processes[number]?.process }) else { return }
            launcher.signal(process, ProcessSignal(rawValue: signal), wholeGroup: wholeGroup, for: .backendStop)
        }
    }

    private func welcome(_ version: Int, _ agent: String, _ directory: String) {
        guard peer == geteuid() || peer == 0 else {
            return refuse("it runs as user \(peer), this supervisor as user \(geteuid()); run both containers as the same user")
        }
        guard version == ControlSocket.version else {
            return refuse(
                "it speaks version \(version) of the control protocol, this supervisor version \(ControlSocket.version); use the same "
                    + "wasmrollout in both containers")
        }
        guard access(directory, R_OK | X_OK) == 0 else {
            return refuse(
                "\(directory), where releases are, cannot be read here; mount it in both containers under the same path")
        }
        guard state.withLock({ $0.agent == nil }) else { return refuse("it said hello twice") }
        switch supervisor.seat(self) {
        case .success(let greeting):
            state.withLock { $0.agent = agent }
            logger.info("Agent connected", metadata: ["agent": "\(agent)"])
            send(.welcome(greeting: greeting))
        case .failure(let failure): refuse(failure.reason)
        }
    }

    private func launch(_ id: UInt64, _ launch: ControlLaunch) {
        let request = LaunchRequest(
            executable: FilePath(launch.executable), arguments: launch.arguments, environment: launch.environment,
            workingDirectory: launch.directory.map { FilePath($0) }, standardOutput: .lines, standardError: .lines,
            parentDeathSignal: launch.deathSignal.map { ProcessSignal(rawValue: $0) }, endsGroupOnExit: launch.endsGroup)
        do throws(LaunchError) {
            let process = try launcher.launch(request, for: .backendStart)
            let deathSignal = request.parentDeathSignal ?? .kill
            state.withLock { $0.processes[process.id] = (process, deathSignal) }
            send(.launched(id: id, process: process.id, processID: process.processID))
            Task { await follow(process) }
        } catch {
            send(.failed(id: id, failure: ControlFailure(error)))
        }
    }

    // MARK: Events

    private func send(_ event: ControlEvent) { channel.writeAndFlush(event, promise: nil) }

    private func refuse(_ reason: String) {
        logger.warning("Refused an agent", metadata: ["reason": "\(reason)"])
        channel.writeAndFlush(ControlEvent.refused(reason: reason)).whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    /// Passes on what a process writes, and at last that it has ended.
    private func follow(_ process: LaunchedProcess) async {
        let outputEnded = Eventual<Void>()
        Task {
            for await line in process.output.lines {
                echo(line)
                // An agent that takes no more loses lines, and this supervisor no memory.
                guard channel.isWritable else { continue }
                send(.output(process: process.id, text: line.text, isError: line.source == .error))
            }
            outputEnded.fulfill(())
        }
        let exit = await process.waitForExit()
        await outputEnded.wait(atMost: .milliseconds(500))
        // Each look reads all of /proc, so there are few, further and further apart.
        var pause: Duration = .milliseconds(5)
        while launcher.isGroupAlive(process), pause < .seconds(3) {
            try? await Task.sleep(for: pause)
            pause *= 2
        }
        state.withLock { _ = $0.processes.removeValue(forKey: process.id) }
        send(.exited(process.id, exit.status))
    }

    func failed(_ error: any Error) { refuse((error as? ControlDefect)?.reason ?? "\(error)") }

    /// The agent hung up, or died.
    func closed() {
        guard let agent = state.withLock({ $0.agent }) else { return }
        logger.info("Agent is gone; ending what it launched", metadata: ["agent": "\(agent)"])
        supervisor.leave(self) { [self] in
            await withTaskGroup { group in
                for (process, signal) in state.withLock({ Array($0.processes.values) }) {
                    group.addTask { await self.end(process, signal) }
                }
            }
        }
    }

    private func end(_ process: LaunchedProcess, _ signal: ProcessSignal) async {
        launcher.signal(process, signal, wholeGroup: false, for: .orphanStop)
        await process.exit.wait(atMost: Self.endingGrace)
        launcher.signal(process, .kill, wholeGroup: true, for: .orphanKill)
        await process.exit.wait(atMost: Self.endingGrace)
    }
}

private final class SupervisorSessionHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ControlRequest
    private let session: SupervisorSession

    init(session: SupervisorSession) { self.session = session }

    func channelActive(context: ChannelHandlerContext) { session.opened() }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { session.receive(unwrapInboundIn(data)) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { session.failed(error) }
    func channelInactive(context: ChannelHandlerContext) { session.closed() }
}
