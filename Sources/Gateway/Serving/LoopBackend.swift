import NIOCore
import RolloutCore

/// A backend as one event loop sees it: its unused connections and what its responses are marked with.
final class LoopBackend {
    let id: BackendID
    let address: BackendAddress
    let slot: BackendPool.Slot
    let rewriter: ResponseRewriter
    let counters: ReleaseCounters
    /// Those that wait until nothing is in flight; told how many requests were cut.
    var drains: [EventLoopPromise<Int>] = []
    var isDraining = false
    private var reportedAt: NIODeadline?
    /// Unused connections; the last one was used last.
    private var idle: [BackendConnection] = []

    init(
        id: BackendID, address: BackendAddress, slot: BackendPool.Slot, configuration: GatewayConfiguration,
        counters: ReleaseCounters
    ) {
        self.id = id
        self.address = address
        self.slot = slot
        self.counters = counters
        rewriter = ResponseRewriter(
            release: id.release.description, host: configuration.hostName, identifies: configuration.identifiesItself,
            addsVia: configuration.addsVia)
    }

    /// Whether trouble with it is to be reported now: at most once a second, however many requests meet it.
    func takesReport(at now: NIODeadline = .now()) -> Bool {
        if let reportedAt, now <= reportedAt + .seconds(1) { return false }
        reportedAt = now
        return true
    }

    var hasIdleConnections: Bool { !idle.isEmpty }

    /// The connection that was used last: the one least likely to be closing. One on which something waits is not used: the end of
    /// it would break a request that may not be repeated, and anything else would be taken for the response to the next request.
    /// - Parameter limit: one that has not been used since then is not used any more. The sweep closes such connections too, but a
    ///   host that was frozen gets a request before it comes to that, and the backend may be about to close.
    func takeIdle(usedSince limit: NIODeadline) -> BackendConnection? {
        while let connection = idle.popLast() {
            connection.idleIndex = nil
            if connection.idleSince > limit, connection.isQuiet { return connection }
            connection.close()
        }
        return nil
    }

    func keep(_ connection: BackendConnection, at now: NIODeadline) {
        guard !isDraining else { return connection.close() }
        connection.idleIndex = idle.count
        connection.idleSince = now
        idle.append(connection)
    }

    /// An unused connection ended by itself.
    func forget(_ connection: BackendConnection) {
        guard let index = connection.idleIndex else { return }
        connection.idleIndex = nil
        let last = idle.removeLast()
        if last !== connection {
            last.idleIndex = index
            idle[index] = last
        }
    }

    func closeIdle(since limit: NIODeadline = .distantFuture) {
        for connection in idle where connection.idleSince <= limit { connection.close() }
    }
}
