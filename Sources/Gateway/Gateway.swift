import Logging
import NIOCore
import NIOPosix
import RolloutCore
import Synchronization

/// The listener in front of the backends. Clients keep their connections while backends come and go behind it: traffic is
/// switched between one request and the next, and a backend is drained of what it owes before anyone stops it.
///
/// What a caller may count on:
/// - Calls take effect in the order they are made, and before any request whose head is complete after they return.
/// - A request goes to the backend that has the traffic when its head is complete, and stays there. It is sent elsewhere only
///   when it certainly was not seen, or when its method is safe, it has no body, and no byte of the response came.
/// - With no backend ready, requests are held, bounded in number and time, and then answered 503.
/// - HTTP/2 connections (prior knowledge) and switched protocols belong to one backend until they end; they move at the
///   next connection. A drain waits for them and cuts them at its deadline.
package final class Gateway: Sendable {
    private enum State {
        case new
        case running
        case stopped
    }

    private let configuration: GatewayConfiguration
    private let shared: GatewayShared
    private let group: MultiThreadedEventLoopGroup
    private let listener = Listener()
    private let loops: [LoopSeat]
    private let state = Mutex(State.new)
    private let bound = Mutex((host: "", port: 0))
    private let quiescing = Atomic<Bool>(false)
    private let leaving = Atomic<Bool>(false)

    /// Starts the event loops. Listens only after `start`.
    package init(configuration: GatewayConfiguration, logger: Logger) {
        self.configuration = configuration
        let (shared, listener) = (GatewayShared(configuration: configuration, logger: logger), listener)
        self.shared = shared
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threads))
        loops = group.makeIterator().enumerated().map { index, eventLoop in
            LoopSeat(on: eventLoop) { commands in
                GatewayLoop(eventLoop: eventLoop, index: index, shared: shared, listener: listener, commands: commands)
            }
        }
    }

    /// What the gateway noticed by itself. For one reader.
    package var events: AsyncStream<GatewayEvent> { shared.events }

    /// Where it listens, with the port that was chosen; empty and 0 before `start`.
    package var address: (host: String, port: Int) { bound.withLock { $0 } }

    /// Does it go on accepting? For readiness: turned off by `leave` and by `quiesce` before anything else changes.
    package var isAccepting: Bool {
        state.withLock { $0 == .running } && !quiescing.load(ordering: .acquiring) && !leaving.load(ordering: .acquiring)
    }

    /// Listens on the configured address, or takes over the configured descriptor.
    package func start() async throws(GatewayError) {
        let isNew = state.withLock { state in
            defer { if state == .new { state = .running } }
            return state == .new
        }
        guard isNew else { throw .alreadyStarted }
        do {
            let bootstrap = makeBootstrap()
            let channel: any Channel
            if let descriptor = configuration.listenDescriptor {
                channel = try await bootstrap.withBoundSocket(descriptor).get()
            } else {
                channel = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            }
            listener.attach(channel)
            let local = channel.localAddress
            bound.withLock { $0 = (local?.ipAddress ?? configuration.host, local?.port ?? configuration.port) }
        } catch {
            let place =
                configuration.listenDescriptor.map { "descriptor \($0)" } ?? "\(configuration.host):\(configuration.port)"
            throw .couldNotListen(on: place, reason: "\(error)")
        }
    }

    private func makeBootstrap() -> ServerBootstrap {
        let (loops, listener, shared) = (loops, listener, shared)
        return ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailure(listener: listener, shared: shared))
                }
            }
            .serverChannelOption(.backlog, value: configuration.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .asksWhoIsThere()
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.writeBufferWaterMark, value: Outlet.waterMark)
            .childChannelOption(.recvAllocator, value: GatewayLoop.receiveBuffers)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else {
                        preconditionFailure("a connection was accepted on an event loop that is not the gateway's")
                    }
                    try channel.pipeline.syncOperations.addHandler(FrontConnection(loop: loop.value))
                }
            }
    }

    /// Makes a backend known that is ready. Nothing is routed to it yet.
    package func add(_ backend: BackendID, at address: BackendAddress) {
        onEachLoop { $0.add(backend, at: address) }
    }

    /// Sends requests to one backend from now on, and to the warm `fallback` when that one is lost. `nil` holds requests.
    /// Both must have been added; one that was not, or that drains or exited, counts as `nil`.
    package func switchTraffic(to backend: BackendID?, fallback: BackendID?) {
        onEachLoop { $0.switchTraffic(to: backend, fallback: fallback) }
    }

    /// Lets a backend finish what it has: takes it out of the traffic, closes unused connections to it, and returns when
    /// nothing is in flight, or when what was has been cut.
    package func drain(_ backend: BackendID, within time: Duration) async -> DrainOutcome {
        let cut = await sum { $0.drain(backend, within: TimeAmount(time)) }
        return cut == 0 ? .drained : .cut(inFlight: cut)
    }

    /// Forgets a backend that was stopped. What it still had in flight is cut.
    package func remove(_ backend: BackendID) {
        onEachLoop { $0.remove(backend) }
    }

    /// A backend's process is gone: traffic moves to the fallback, if it had the traffic and there is one; else requests
    /// are held until `switchTraffic` names another.
    package func backendExited(_ backend: BackendID) {
        onEachLoop { $0.exited(backend) }
    }

    /// Counters since the start. Cheap; may be called from anywhere.
    package func metrics() -> GatewayMetrics { shared.metrics() }

    /// Calls `answer` when every event loop has come round to it; never while one of them hangs.
    package func pulse(_ answer: @escaping @Sendable () -> Void) {
        let missing = Atomic(loops.count)
        for loop in loops {
            loop.eventLoop.execute {
                if missing.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { answer() }
            }
        }
    }

    /// Asks clients to go elsewhere while it goes on serving them: every response ends its connection, and `isAccepting` is false.
    /// For a host that will be taken away. `false` takes that back, and does not take back `quiesce`.
    package func leave(_ isLeaving: Bool) {
        leaving.store(isLeaving, ordering: .releasing)
        onEachLoop { $0.isLeaving = isLeaving }
    }

    /// Closes without failing a request: says at once that it is not ready (`isAccepting`), goes on as before for `accepting`,
    /// so that a load balancer can notice; then accepts no more, answers with `Connection: close`, and returns when the
    /// last client is gone, at the latest after `within` more. Canceling the task ends the first phase early.
    package func quiesce(accepting: Duration, within time: Duration) async {
        quiescing.store(true, ordering: .releasing)
        try? await Task.sleep(for: accepting)
        await listener.close()
        _ = await sum { $0.quiesce(within: TimeAmount(time)) }
    }

    /// Cuts short what `quiesce` waits for: clients that are still there in `time` are cut.
    package func hasten(within time: Duration) {
        onEachLoop { $0.hasten(within: TimeAmount(time)) }
    }

    /// Ends at once, with everything that is in flight. Afterwards the gateway cannot be started again.
    package func stop() async {
        let wasStopped = state.withLock { state in
            defer { state = .stopped }
            return state == .stopped
        }
        guard !wasStopped else { return }
        await listener.close()
        for loop in loops { try? await loop.eventLoop.submit { loop.value.closeClients() }.get() }
        try? await group.shutdownGracefully()
        shared.finish()
    }

    private func onEachLoop(_ body: @escaping @Sendable (GatewayLoop) -> Void) {
        for loop in loops { loop.tell(body) }
    }

    /// Asks all loops at the same time.
    private func sum(_ question: @escaping @Sendable (GatewayLoop) -> EventLoopFuture<Int>) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for loop in loops { group.addTask { await loop.ask(question) ?? 0 } }
            return await group.reduce(0, +)
        }
    }
}
