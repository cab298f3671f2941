import DequeModule
import Logging
import NIOCore
import NIOPosix
import RolloutCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// One event loop's share of a gateway: its client connections, its connections to backends, its view of who serves.
///
/// Nothing here is shared between loops but what `GatewayShared` holds; every method runs on the loop.
final class GatewayLoop {
    let eventLoop: any EventLoop
    let shared: GatewayShared
    let configuration: GatewayConfiguration
    let limits: TimeLimits
    var pool = BackendPool()
    /// By the pool's slots.
    private(set) var backends: [LoopBackend?] = []
    /// Where a head is put together before it is sent; used and empty again within one event.
    var scratch = ByteBuffer()
    let emptyBuffer = ByteBuffer()
    private(set) var isQuiescing = false
    /// Clients are served, and asked to come back elsewhere.
    var isLeaving = false
    /// Whether a response may leave its connection open.
    var keepsClients: Bool { !isQuiescing && !isLeaving }
    private let index: Int
    private let listener: Listener
    private let commands: CommandQueue
    private var clients: [FrontConnection] = []
    private var held: Deque<FrontConnection> = []
    private var quiesced: EventLoopPromise<Int>?
    private var isCatchingUp = false
    private var isSweeping = false
    private var isTidying = false
    private var isRetrying = false

    init(eventLoop: any EventLoop, index: Int, shared: GatewayShared, listener: Listener, commands: CommandQueue) {
        self.eventLoop = eventLoop
        self.index = index
        self.shared = shared
        self.listener = listener
        self.commands = commands
        configuration = shared.configuration
        limits = TimeLimits(shared.configuration)
        scratch = ByteBufferAllocator().buffer(capacity: 4096)
    }

    /// Does what it was told.
    func catchUp() {
        guard !commands.isEmpty, !isCatchingUp else { return }
        isCatchingUp = true
        while let command = commands.next() { command(self) }
        isCatchingUp = false
    }

    // MARK: Clients

    func opened(_ client: FrontConnection) {
        client.index = clients.count
        clients.append(client)
        shared.acceptedConnections.add(1, ordering: .relaxed)
        let open = shared.openConnections.add(1, ordering: .relaxed).newValue
        if open >= configuration.maximumConnections { settleListener() }
        startSweeping()
    }

    func closed(_ client: FrontConnection) {
        guard client.index < clients.count, clients[client.index] === client else { return }
        let last = clients.removeLast()
        if last !== client {
            last.index = client.index
            clients[client.index] = last
        }
        let open = shared.openConnections.subtract(1, ordering: .relaxed).newValue
        if open == configuration.maximumConnections - 1 { settleListener() }
        if isQuiescing, clients.isEmpty { finishQuiescing() }
    }

    private func settleListener() { listener.settle { [shared] in shared.isFull } }

    // MARK: Requests

    func began(_ client: FrontConnection, on backend: LoopBackend) {
        client.exchange.backend = backend
        pool.began(backend.slot)
        backend.counters.inFlight.add()
    }

    /// Is there another backend for a request that failed on this one?
    func mayGo(elsewhereThan backend: LoopBackend) -> Bool {
        guard case .forward(let slot) = pool.admit(avoiding: backend.slot) else { return false }
        return slot != backend.slot
    }

    func ended(_ backend: LoopBackend) {
        backend.counters.inFlight.subtract()
        guard case .finish = pool.ended(backend.slot) else { return }
        // It may have been added again at another address since.
        drained(backends[backend.slot] ?? backend, cut: 0)
    }

    /// Returns whether the client may wait.
    func hold(_ client: FrontConnection) -> Bool {
        guard shared.holding.load(ordering: .relaxed) < configuration.maximumHeldRequests else { return false }
        shared.holding.add(1, ordering: .relaxed)
        // One that finds nobody listening waits again, and is still one request.
        if !client.exchange.wasHeld { shared.heldRequests.add(1, ordering: .relaxed) }
        client.exchange.wasHeld = true
        held.append(client)
        return true
    }

    /// One client waits no more.
    func unhold() { shared.holding.subtract(1, ordering: .relaxed) }

    private func resumeHeld() {
        guard !held.isEmpty else { return }
        var waiting: Deque<FrontConnection> = []
        swap(&waiting, &held)
        for client in waiting { client.resume() }
    }

    /// The backend that should serve does not listen: tries again in a moment, as long as requests wait.
    func retryHeldSoon() {
        guard !isRetrying else { return }
        isRetrying = true
        later(.milliseconds(50)) { loop in
            loop.isRetrying = false
            if case .forward = loop.pool.admit() { loop.resumeHeld() }
        }
    }

    // MARK: Backends

    func connect(to backend: LoopBackend, for client: FrontConnection) {
        let connection = BackendConnection(backend: backend, client: client)
        client.exchange.connecting = connection
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTime))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // All that waits there is read when the backend ends, however slow the client is.
            .channelOption(.socketOption(.so_rcvbuf), value: Self.backendWindow)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.writeBufferWaterMark, value: Outlet.waterMark)
            .channelOption(.recvAllocator, value: Self.receiveBuffers)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
        let connected: EventLoopFuture<any Channel>
        if let address = try? SocketAddress(ipAddress: backend.address.host, port: backend.address.port) {
            connected = bootstrap.connect(to: address)
        } else {
            connected = bootstrap.connect(host: backend.address.host, port: backend.address.port)
        }
        connected.hop(to: eventLoop).assumeIsolated().whenFailure { error in
            let client = connection.client
            connection.client = nil
            client?.connectFailed(connection, error)
        }
    }

    /// Bytes that a backend may be ahead of its client, in the system. Ample on loopback.
    private static let backendWindow: ChannelOptions.Types.SocketOption.Value = 256 << 10

    /// Small enough for thousands of idle connections; grows to 64 KiB for bodies.
    static let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 4096, maximum: 65_536)

    func unreachable(_ backend: LoopBackend, refused: Bool, reason: String) {
        if backend.takesReport() {
            shared.emit(.backendUnreachable(backend.id))
            shared.logger.warning(
                "A backend is unreachable",
                metadata: ["backend": "\(backend.id)", "address": "\(backend.address)", "reason": "\(reason)"])
        }
        // Refused says that nobody listens, so with a warm one there the traffic moves. Anything else may pass.
        guard refused, pool.route.current == backend.id, pool.route.fallback != nil else { return }
        report(pool.lost(backend.slot))
    }

    func reportSilence(of backend: LoopBackend, inResponse: Bool) {
        guard backend.takesReport() else { return }
        shared.logger.warning(
            inResponse ? "A backend stopped in the middle of a response" : "A backend did not answer in time",
            metadata: ["backend": "\(backend.id)"])
    }

    func add(_ id: BackendID, at address: BackendAddress) {
        let slot = pool.add(id)
        while backends.count <= slot { backends.append(nil) }
        guard backends[slot]?.id != id || backends[slot]?.address != address else { return }
        backends[slot]?.closeIdle()
        backends[slot] = LoopBackend(
            id: id, address: address, slot: slot, configuration: configuration,
            counters: shared.counters(for: id.release, loop: index))
    }

    func switchTraffic(to new: BackendID?, fallback: BackendID?) {
        pool.switchTraffic(to: new, fallback: fallback)
        if case .forward = pool.admit() { resumeHeld() }
    }

    func exited(_ id: BackendID) {
        guard let slot = pool.slot(of: id) else { return }
        report(pool.exited(id))
        backends[slot]?.closeIdle()
        if case .forward = pool.admit() { resumeHeld() }
    }

    private func report(_ loss: BackendPool.Loss) {
        switch loss {
        case .none: break
        case .held(let id): shared.emit(.holding(from: id))
        case .fellBack(let from, let to):
            shared.emit(.fellBack(from: from, to: to))
            // A gateway that closes loses its backends in whatever order they end.
            if !isQuiescing {
                shared.logger.warning("Traffic fell back", metadata: ["backend": "\(to)", "from": "\(from)"])
            }
        }
    }

    /// Lets a backend finish. The future tells how many requests had to be cut.
    func drain(_ id: BackendID, within time: TimeAmount) -> EventLoopFuture<Int> {
        guard let slot = pool.slot(of: id), let backend = backends[slot] else { return eventLoop.makeSucceededFuture(0) }
        let promise = eventLoop.makePromise(of: Int.self)
        backend.drains.append(promise)
        backend.isDraining = true
        backend.closeIdle()
        switch pool.drain(slot) {
        case .finish, .none: drained(backend, cut: 0)
        case .wait: later(time) { loop in loop.cut(slot, id) }
        }
        return promise.futureResult
    }

    private func drained(_ backend: LoopBackend, cut: Int) {
        let drains = backend.drains
        backend.drains = []
        for promise in drains { promise.succeed(cut) }
    }

    private func cut(_ slot: BackendPool.Slot, _ id: BackendID) {
        guard let backend = backends[slot], backend.id == id, !backend.drains.isEmpty else { return }
        let count = pool[slot]?.inFlight ?? 0
        let drains = backend.drains
        backend.drains = []
        for client in clients where client.exchange.backend?.slot == slot { client.cut() }
        for promise in drains { promise.succeed(count) }
    }

    func remove(_ id: BackendID) {
        guard let slot = pool.slot(of: id), let backend = backends[slot] else { return }
        _ = pool.drain(slot)
        backend.isDraining = true
        backend.closeIdle()
        for client in clients where client.exchange.backend?.slot == slot { client.cut() }
        drained(backend, cut: 0)
        if pool.remove(slot) { backends[slot] = nil }
    }

    // MARK: Time

    private func later(_ time: TimeAmount, _ body: @escaping (GatewayLoop) -> Void) {
        eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            guard let self else { return }
            body(self)
        }
    }

    /// Runs only while there is something to look at: an idle gateway sleeps.
    private func startSweeping() {
        guard !isSweeping else { return }
        isSweeping = true
        later(limits.sweep) { loop in loop.sweep() }
    }

    private func sweep() {
        isSweeping = false
        let now = NIODeadline.now()
        for client in clients { client.checkTime(now) }
        held.removeAll { $0.phase != .held }
        closeIdle(now)
        if clients.isEmpty { startTidying() } else { startSweeping() }
    }

    /// While nobody is connected only kept connections to backends need a look, and much less often.
    private func startTidying() {
        guard !isTidying, backends.contains(where: { $0?.hasIdleConnections ?? false }) else { return }
        isTidying = true
        later(limits.tidy) { loop in
            loop.isTidying = false
            loop.closeIdle(.now())
            if !loop.isSweeping { loop.startTidying() }
        }
    }

    private func closeIdle(_ now: NIODeadline) {
        for backend in backends { backend?.closeIdle(since: now - limits.backendIdle) }
    }

    // MARK: Closing

    /// Answers what comes with `Connection: close` from now on. The future succeeds, with 0, when no client is left.
    func quiesce(within time: TimeAmount) -> EventLoopFuture<Int> {
        let promise = eventLoop.makePromise(of: Int.self)
        isQuiescing = true
        quiesced = promise
        let now = NIODeadline.now()
        for client in clients where client.phase == .reading && client.inbox.readableBytes == 0 { client.activeAt = now }
        if clients.isEmpty { finishQuiescing() } else { later(time) { loop in loop.closeClients() } }
        return promise.futureResult
    }

    func hasten(within time: TimeAmount) { later(time) { loop in loop.closeClients() } }

    /// Ends every connection, finished or not.
    func closeClients() {
        for client in clients { client.abort(by: .host) }
        for backend in backends { backend?.closeIdle() }
        finishQuiescing()
    }

    private func finishQuiescing() {
        quiesced?.succeed(0)
        quiesced = nil
    }
}
