import Glibc
import Logging
import NIOCore
import NIOPosix
import RolloutSystem
import Synchronization
import SystemPackage

/// Why a supervisor cannot run.
package struct SupervisorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// "Could not <verb> <object>: <reason>. <Remedy>."
    package var description: String
}

/// Starts processes in an application's container for an agent in another one. It decides nothing and remembers nothing: when its
/// agent hangs up, whatever it launched for it is ended.
///
/// Whoever may use the socket can run programs here. So its directory is for one user, and only the same user, or root, is heard.
package final class Supervisor: Sendable {
    private let directory: FilePath
    private let launcher: any ProcessLauncher
    private let greeting: SupervisorGreeting
    private let echo: @Sendable (OutputLine) -> Void
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var listener: (any Channel)?
        var lock: OpenFile?
        /// The agent that said hello, and has not hung up.
        var seated: SupervisorSession?
        /// Waits until the seat is free.
        var farewell: Eventual<Void>?
        var isStopping = false
        /// What sessions that ended are still ending.
        var endings: [UInt64: Task<Void, Never>] = [:]
        var nextEnding: UInt64 = 0
    }

    /// - Parameters:
    ///   - directory: made when it is missing; absolute.
    ///   - command: the command line that runs a release; empty: the agent says.
    ///   - environment: of this container, which the agent's runtimes build upon.
    ///   - echo: gets every line that a process writes.
    package init(
        directory: FilePath, command: [String], environment: [String: String], launcher: any ProcessLauncher, logger: Logger,
        echo: @escaping @Sendable (OutputLine) -> Void
    ) {
        self.directory = directory
        self.launcher = launcher
        self.echo = echo
        self.logger = logger
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        self.greeting = SupervisorGreeting(supervisor: name, environment: environment, command: command)
    }

    /// Listens. Refuses when another supervisor does.
    package func start(in files: any FileSystem) async throws(SupervisorError) {
        if let defect = ControlSocket.defect(of: directory) {
            throw SupervisorError(description: "Could not use \(directory) for control: \(defect). Name a shorter one.")
        }
        try takeDirectory(files)
        let socket = ControlSocket.path(in: directory)
        do {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { [self] channel in accept(channel) }
                .bind(unixDomainSocketPath: socket.string, cleanupExistingSocketFile: true).get()
            try? files.setMode(socket, 0o600, for: .userWrite)
            state.withLock { $0.listener = listener }
        } catch {
            throw SupervisorError(
                description:
                    "Could not listen on \(socket): \(error). Put the control directory on a file system that has sockets.")
        }
    }

    private func takeDirectory(_ files: any FileSystem) throws(SupervisorError) {
        do throws(FileError) {
            try files.createDirectories(directory, mode: 0o700, for: .userWrite)
            let file = try files.openForUpdating(ControlSocket.lock(in: directory), mode: 0o600, for: .userWrite)
            if try files.tryLock(file, for: .userWrite) { return state.withLock { $0.lock = file } }
            files.close(file)
        } catch {
            throw SupervisorError(
                description:
                    "Could not use \(directory) for control: \(error.reason). Mount a volume there that this user may write.")
        }
        throw SupervisorError(
            description:
                "Could not use \(directory) for control: another supervisor uses it. Give each one a directory of its own.")
    }

    /// `struct ucred` of unix(7), which Glibc exports to C alone.
    private struct Peer: Sendable {
        var process: Int32
        var user: UInt32
        var group: UInt32
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ControlDefect(reason: "the connection is no socket"))
        }
        return options.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).flatMapThrowing {
            [self] (peer: Peer) in
            let session = SupervisorSession(
                supervisor: self, channel: channel, launcher: launcher, echo: echo, logger: logger, peer: peer.user)
            try channel.pipeline.syncOperations.addHandler(ControlCodec<ControlRequest, ControlEvent>())
            try channel.pipeline.syncOperations.addHandler(session.handler)
        }
    }

    // MARK: Sessions

    /// Answers a hello; a reason when the agent cannot have this supervisor.
    func seat(_ session: SupervisorSession) -> Result<SupervisorGreeting, SupervisorFailure> {
        state.withLock { state in
            if state.isStopping { return .failure(SupervisorFailure(reason: "it is stopping")) }
            if let other = state.seated {
                return .failure(SupervisorFailure(reason: "agent \(other.agent) is using it"))
            }
            state.seated = session
            state.farewell = Eventual()
            return .success(greeting)
        }
    }

    /// A session is over; `ending` is done when nothing that it launched is left.
    func leave(_ session: SupervisorSession, ending: @escaping @Sendable () async -> Void) {
        let farewell: Eventual<Void>? = state.withLock { state in
            guard state.seated === session else { return nil }
            let number = state.nextEnding
            state.nextEnding += 1
            state.endings[number] = Task { [self] in
                await ending()
                self.state.withLock { _ = $0.endings.removeValue(forKey: number) }
            }
            state.seated = nil
            return state.farewell
        }
        farewell?.fulfill(())
    }

    /// Takes nobody new. Goes on for the agent that is there, which may still have requests to finish, until it hangs up, `limit` is
    /// over or `hurry` is known; then ends what is left, and returns when it has ended.
    package func stop(within limit: Duration, hurry: Eventual<Void>) async {
        let (seated, farewell) = state.withLock { state in
            state.isStopping = true
            return (state.seated, state.seated == nil ? nil : state.farewell)
        }
        if let seated, let farewell {
            logger.info("Stopping once the agent is done", metadata: ["agent": "\(seated.agent)"])
            hurry.whenKnown { farewell.fulfill(()) }
            await farewell.wait(atMost: limit)
            seated.close()
        }
        try? await state.withLock { $0.listener }?.close()
        for _ in 0..<100 where state.withLock({ $0.seated != nil }) { await pause(.milliseconds(10)) }
        for ending in state.withLock({ Array($0.endings.values) }) { await ending.value }
    }
}
