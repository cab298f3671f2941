import Glibc
import NIOCore
import NIOPosix
import RolloutCore
import RolloutSystem
import Synchronization
import SystemPackage

/// Why a supervisor cannot be used now.
package struct SupervisorFailure: Error, Hashable, Sendable {
    /// In words that follow a colon.
    package var reason: String
}

/// What a supervisor answered to a request.
enum ControlAnswer: Sendable {
    case found(FilePath?)
    case launched(LaunchedProcess)
    case failed(ControlFailure)
}

/// An agent's connection to a supervisor, from the greeting to the end. When it ends, all that was launched over it has ended, too: a
/// supervisor that lost its agent ends it, and one that is gone took it along.
final class SupervisorConnection: Sendable {
    private struct State {
        var answers: [UInt64: EventLoopPromise<ControlAnswer>] = [:]
        /// By the supervisor's numbers.
        var processes: [UInt64: LaunchedProcess] = [:]
        /// The supervisor's number, by ours.
        var numbers: [UInt64: UInt64] = [:]
        var nextAnswer: UInt64 = 1
        /// Why it is over; `nil` while it is not.
        var end: String?
    }

    private static let nextProcess = Atomic<UInt64>(1)

    let greeting = Eventual<Result<SupervisorGreeting, SupervisorFailure>>()
    private let state = Mutex(State())
    private let channel: any Channel

    private init(channel: any Channel) { self.channel = channel }

    /// Connects, says hello and waits for the welcome.
    static func open(
        _ directory: FilePath, hello: ControlRequest, within limit: Duration
    ) async throws(SupervisorFailure) -> SupervisorConnection {
        let socket = ControlSocket.path(in: directory)
        let connection: SupervisorConnection
        do {
            connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.milliseconds(limit.milliseconds))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ControlCodec<ControlEvent, ControlRequest>())
                        try channel.pipeline.syncOperations.addHandler(
                            SupervisorConnectionHandler(SupervisorConnection(channel: channel)))
                    }
                }
                .connect(unixDomainSocketPath: socket.string)
                .flatMapThrowing { channel in
                    try channel.pipeline.syncOperations.handler(type: SupervisorConnectionHandler.self).connection
                }.get()
        } catch {
            throw SupervisorFailure(reason: "there is no supervisor at \(socket): \(Self.words(error))")
        }
        connection.send(hello)
        await connection.greeting.wait(atMost: limit)
        switch connection.greeting.current {
        case .success: return connection
        case .failure(let failure):
            connection.close()
            throw failure
        case nil:
            connection.close()
            throw SupervisorFailure(reason: "the supervisor at \(socket) does not answer")
        }
    }

    private static func words(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    var isOver: Bool { state.withLock { $0.end != nil } }

    func close() { channel.close(promise: nil) }

    // MARK: Asking

    func send(_ request: ControlRequest) { channel.writeAndFlush(request, promise: nil) }

    /// Sends a request with an id of its own; the future has the answer, or fails with a `SupervisorFailure`.
    func ask(within limit: Duration, _ request: (UInt64) -> ControlRequest) -> EventLoopFuture<ControlAnswer> {
        let promise = channel.eventLoop.makePromise(of: ControlAnswer.self)
        let number: UInt64? = state.withLock { state in
            guard state.end == nil else { return nil }
            defer { state.nextAnswer += 1 }
            state.answers[state.nextAnswer] = promise
            return state.nextAnswer
        }
        guard let number else {
            promise.fail(SupervisorFailure(reason: "the supervisor has hung up"))
            return promise.futureResult
        }
        let timer = channel.eventLoop.scheduleTask(in: .milliseconds(limit.milliseconds)) { [self] in
            state.withLock { $0.answers.removeValue(forKey: number) }?
                .fail(SupervisorFailure(reason: "the supervisor does not answer"))
        }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        send(request(number))
        return promise.futureResult
    }

    /// Signals a process that was launched over this connection. `false` when it is not, or has ended.
    func signal(_ process: LaunchedProcess, _ signal: ProcessSignal, wholeGroup: Bool) -> Bool {
        guard process.exit.current == nil, let number = state.withLock({ $0.numbers[process.id] }) else { return false }
        send(.signal(process: number, number: signal.rawValue, wholeGroup: wholeGroup))
        return true
    }

    // MARK: Hearing

    func receive(_ event: ControlEvent) {
        switch event {
        case .welcome(let greeting): self.greeting.fulfill(.success(greeting))
        case .refused(let reason):
            greeting.fulfill(.failure(SupervisorFailure(reason: reason)))
            end("the supervisor hung up: \(reason)")
        case .found(let id, let path): takeAnswer(id)?.succeed(.found(path.map { FilePath($0) }))
        case .failed(let id, let failure): takeAnswer(id)?.succeed(.failed(failure))
        case .launched(let id, let number, let processID): launched(id, number, processID)
        case .output(let number, let text, let isError):
            state.withLock { $0.processes[number] }?.output.write(OutputLine(source: isError ? .error : .output, text: text))
        case .exited(let number, let code, let signal):
            finish(number, signal.map { .signaled($0) } ?? .exited(code ?? 255))
        }
    }

    private func takeAnswer(_ id: UInt64) -> EventLoopPromise<ControlAnswer>? {
        state.withLock { $0.answers.removeValue(forKey: id) }
    }

    private func launched(_ id: UInt64, _ number: UInt64, _ processID: Int32) {
        guard let answer = takeAnswer(id) else {
            // Whoever asked has given up, and will ask again.
            return send(.signal(process: number, number: SIGKILL, wholeGroup: true))
        }
        let process = LaunchedProcess(id: Self.nextProcess.add(1, ordering: .relaxed).oldValue, processID: processID)
        state.withLock { state in
            state.processes[number] = process
            state.numbers[process.id] = number
        }
        answer.succeed(.launched(process))
    }

    private func finish(_ number: UInt64, _ status: ExitStatus) {
        let process = state.withLock { state in
            let process = state.processes.removeValue(forKey: number)
            if let process { state.numbers[process.id] = nil }
            return process
        }
        process?.output.finish()
        process?.exit.fulfill(ProcessExit(status: status))
    }

    /// Whatever was waited for does not come any more.
    func end(_ reason: String) {
        let left: State? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = reason
            defer {
                state.answers = [:]
                state.processes = [:]
                state.numbers = [:]
            }
            return state
        }
        guard let left else { return }
        greeting.fulfill(.failure(SupervisorFailure(reason: reason)))
        for answer in left.answers.values { answer.fail(SupervisorFailure(reason: reason)) }
        for process in left.processes.values {
            process.output.write(OutputLine(source: .error, text: "Ended with its supervisor: \(reason)"))
            process.output.finish()
            process.exit.fulfill(ProcessExit(status: .signaled(SIGKILL)))
        }
        close()
    }
}

private final class SupervisorConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ControlEvent
    let connection: SupervisorConnection

    init(_ connection: SupervisorConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { connection.receive(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { connection.end("its connection was closed") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.end((error as? ControlDefect)?.reason ?? "\(error)")
        context.close(promise: nil)
    }
}
