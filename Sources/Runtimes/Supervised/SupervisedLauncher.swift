import NIOCore
import RolloutSystem
import Synchronization
import SystemPackage

/// Launches in another container: by the supervisor that listens in a directory which both containers see. To a runtime it is a
/// launcher like any other, so all of them work there unchanged.
///
/// What is launched dies with the agent and with the supervisor alike, so neither ever finds anything of an earlier one.
package final class SupervisedLauncher: ProcessLauncher {
    private let directory: FilePath
    private let hello: ControlRequest
    private let state = Mutex(State())

    private struct State {
        var connection: SupervisorConnection?
        /// The attempt at one that is under way, for all who want one.
        var opening: Task<Result<SupervisorConnection, SupervisorFailure>, Never>?
    }

    /// How long a supervisor may take for one answer. It sits behind a socket on this machine and does nothing else.
    private static let limit: Duration = .seconds(3)

    /// - Parameters:
    ///   - directory: the control directory.
    ///   - agent: who asks, for the supervisor's log.
    ///   - store: where releases are; the supervisor's container must see it under the same path.
    package init(directory: FilePath, agent: String, store: FilePath) {
        self.directory = directory
        self.hello = .hello(version: ControlSocket.version, agent: agent, directory: store.string)
    }

    deinit { connection?.close() }

    private var connection: SupervisorConnection? { state.withLock { $0.connection } }

    /// Connects when there is no connection, and makes sure that the supervisor answers.
    ///
    /// The other calls block their thread until the supervisor answers; after this they do not wait long.
    package func greet() async throws(SupervisorFailure) -> SupervisorGreeting {
        let connection = try await connected()
        do { _ = try await find("/", "", on: connection).get() } catch {
            throw (error as? SupervisorFailure) ?? SupervisorFailure(reason: "\(error)")
        }
        return try await connection.greeting.value.get()
    }

    private func connected() async throws(SupervisorFailure) -> SupervisorConnection {
        if let connection, !connection.isOver { return connection }
        let opening = state.withLock { state in
            if let opening = state.opening { return opening }
            let opening = Task<Result<SupervisorConnection, SupervisorFailure>, Never> { [directory, hello] in
                do throws(SupervisorFailure) {
                    return .success(try await SupervisorConnection.open(directory, hello: hello, within: Self.limit))
                } catch {
                    return .failure(error)
                }
            }
            state.opening = opening
            return opening
        }
        let result = await opening.value
        state.withLock { state in
            guard state.opening == opening else { return }
            state.opening = nil
            if case .success(let connection) = result { state.connection = connection }
        }
        return try result.get()
    }

    private func find(
        _ name: String, _ searchPath: String, on connection: SupervisorConnection
    ) -> EventLoopFuture<ControlAnswer> {
        connection.ask(within: Self.limit) { .find(id: $0, name: name, searchPath: searchPath) }
    }

    package func find(_ name: String, searchPath: String) -> FilePath? {
        guard let connection, case .found(let path) = try? find(name, searchPath, on: connection).wait() else { return nil }
        return path
    }

    package func launch(_ request: LaunchRequest, for purpose: ProcessPurpose) throws(LaunchError) -> LaunchedProcess {
        precondition(
            request.passedDescriptors.isEmpty && request.standardInput == .null && request.standardOutput == .lines
                && request.standardError == .lines, "only lines of output come from another container")
        var error = LaunchError(code: .unreachable, executable: request.executable, purpose: purpose)
        guard let connection else { throw error }
        let launch = ControlLaunch(
            executable: request.executable.string, arguments: request.arguments, environment: request.environment,
            directory: request.workingDirectory?.string, deathSignal: request.parentDeathSignal?.rawValue,
            endsGroup: request.endsGroupOnExit)
        switch Result(catching: { try connection.ask(within: Self.limit) { .launch(id: $0, process: launch) }.wait() }) {
        case .success(.launched(let process)): return process
        case .success(.failed(let failure)):
            error.code = failure.launchCode
            error.errno = failure.errno
        case .success(.found), .failure: break
        }
        throw error
    }

    @discardableResult
    package func signal(
        _ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool, for purpose: ProcessPurpose
    ) -> Bool {
        connection?.signal(process, signal, wholeGroup: wholeGroup) ?? false
    }

    /// The supervisor tells of an exit once the whole group has ended.
    package func isGroupAlive(_ process: LaunchedProcess) -> Bool { process.exit.current == nil }

    /// None: a supervisor that loses its agent ends what it launched.
    package func orphans(marker: String) -> [ProcessIdentity] { [] }
    package func identity(processID: Int32) -> ProcessIdentity? { nil }
    @discardableResult
    package func signal(_ process: ProcessIdentity, _ signal: ProcessSignal, for purpose: ProcessPurpose) -> Bool { false }
}
