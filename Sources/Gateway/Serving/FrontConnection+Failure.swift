import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// What goes wrong, and what times out.
extension FrontConnection {
    /// The backend ended its connection: it closed it, or it broke.
    func backendEnded(_ connection: BackendConnection, broken: Bool) {
        guard connection === exchange.connection else { return }
        if phase == .tunneling, !broken { return tunnelBackendEnded() }
        let hadBegun = connection.inbox.readableBytes > 0
        connection.close()
        switch phase {
        case .tunneling:
            // One that had said all need not take what the client says after that.
            if exchange.backendEnded { finishTunnel() } else { abort(by: .backend) }
        case .exchanging where exchange.isHeadPassedOn:
            if responseBody.endsWithConnection, !broken { responseFinished() } else { abort(by: .backend) }
        case .exchanging:
            if hadBegun || exchange.isAnswered {
                badResponse("it closed the connection within its header")
            } else {
                attemptFailed()
            }
        case .reading, .held, .connecting, .lingering, .closed:
            break
        }
    }

    /// The connection broke before a byte of the response came.
    ///
    /// A request of which no byte was sent is sent elsewhere. One that the backend may have seen is repeated only when its
    /// method is safe and it has no body: anything else could be done twice.
    func attemptFailed() {
        guard let backend = exchange.backend else { return }
        guard !exchange.isSent || mayRepeat, exchange.attempts < loop.configuration.attempts else {
            return unanswered(GatewayReply(502, "The backend closed the connection before it answered."), by: backend)
        }
        let wasReused = (exchange.connection?.uses ?? 0) > 1
        retreat(from: backend)
        backend.counters.retries.add()
        // A used connection may just have been closed for being idle; a new one that fails is the backend's fault.
        assign(avoiding: wasReused ? nil : backend.slot, freshly: true)
        process()
    }

    /// No connection to the backend was to be had.
    func connectFailed(_ connection: BackendConnection, _ error: any Error) {
        guard phase == .connecting, exchange.connecting === connection, let backend = exchange.backend else { return }
        let refused = Self.meansNobodyListens(error)
        retreat(from: backend)
        if Self.isOfThisHost(error) {
            if backend.takesReport() {
                loop.shared.logger.warning("Could not connect to a backend", metadata: ["reason": "\(error)"])
            }
            refuse(
                GatewayReply(503, "This host can make no more connections.", retryAfter: loop.configuration.retryAfter))
            return process()
        }
        loop.unreachable(backend, refused: refused, reason: "\(error)")
        if exchange.attempts < loop.configuration.attempts, loop.mayGo(elsewhereThan: backend) {
            backend.counters.retries.add()
            assign(avoiding: backend.slot)
        } else if refused {
            // Nobody listens: it is starting again, or the agent is about to say who serves.
            hold()
            loop.retryHeldSoon()
        } else {
            unanswered(GatewayReply(504, "No connection to the backend was made: \(error)."), by: backend)
        }
        process()
    }

    /// Nobody listens; or nobody any more, who was killed with the connection in the listener's queue.
    static func meansNobodyListens(_ error: any Error) -> Bool {
        let code = (error as? IOError)?.errnoCode
        return code == ECONNREFUSED || code == ECONNRESET
    }

    /// This host lacks descriptors, memory or ports: no release can help that.
    static func isOfThisHost(_ error: any Error) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL].contains((error as? IOError)?.errnoCode)
    }

    private func retreat(from backend: LoopBackend) {
        exchange.connection?.close()
        exchange.connection = nil
        exchange.connecting?.close()
        exchange.connecting = nil
        exchange.backend = nil
        exchange.isSent = false
        exchange.isAnswered = false
        loop.ended(backend)
    }

    /// Waits for a backend that is ready.
    func hold() {
        guard loop.hold(self) else {
            return refuse(
                GatewayReply(
                    503, "No backend is ready and too many requests wait already.", retryAfter: loop.configuration.retryAfter))
        }
        phase = .held
        exchange.attempts = 0
    }

    /// A backend may be ready now.
    func resume() {
        guard phase == .held else { return }
        loop.unhold()
        phase = .reading
        assign(freshly: exchange.isTunnel)
        process()
    }

    func badResponse(_ reason: String) {
        guard let backend = exchange.backend else { return }
        if backend.takesReport() {
            loop.shared.logger.warning(
                "A backend sent a malformed response", metadata: ["backend": "\(backend.id)", "reason": "\(reason)"])
        }
        unanswered(GatewayReply(502, "Could not read the backend's response: \(reason)."), by: backend)
    }

    /// Answers instead of a backend that owed the answer.
    func unanswered(_ reply: GatewayReply, by backend: LoopBackend) {
        backend.counters.unanswered.add()
        refuse(reply)
    }

    func brokenRequestBody(_ fault: HTTPFault) {
        if exchange.isHeadPassedOn { abort(by: .client) } else { refuse(GatewayReply(fault)) }
    }

    /// Answers instead of a backend. Only before a response's head was passed on.
    func refuse(_ reply: GatewayReply) {
        let knowsRequest = exchange.startedAt != .distantPast && !exchange.isTunnel
        let keepsClient = knowsRequest && exchange.keepsClient && requestBody.isComplete && mayAskMore && loop.keepsClients
        let persistence: ResponseRewriter.Persistence = keepsClient ? (request.isOldVersion ? .keepAlive : .implied) : .close
        let configuration = loop.configuration
        let text = reply.text(
            host: configuration.identifiesItself ? configuration.hostName : nil, persistence: persistence,
            withoutBody: knowsRequest && request.method == .head)
        loop.shared.replied(status: reply.status)
        if phase == .held { loop.unhold() }
        phase = .exchanging
        endExchange(reusing: false, at: .now())
        exchange = Exchange()
        var bytes = text
        guard bytes.withUTF8({ send(UnsafeRawBufferPointer($0)) }) else { return }
        activeAt = .now()
        guard keepsClient else { return linger() }
        phase = .reading
        request.reset()
        process()
    }

    /// The last response of this connection is sent.
    func linger() {
        guard phase != .closed else { return }
        phase = .lingering
        activeAt = .now()
        lingersSince = activeAt
        if !isBlocked { finishLingering() }
        process()
    }

    /// Says that nothing more comes. Closing at once would, if the client has sent anything more, reset the connection and
    /// take the response away from it.
    func finishLingering() {
        if inputEnded { abort(by: .client) } else { endOutput() }
    }

    private func endOutput() {
        // Only from now on can the client be waited for.
        lingersSince = .now()
        activeAt = lingersSince
        context?.close(mode: .output, promise: nil)
    }

    func discard() {
        inbox.clear()
        activeAt = .now()
    }

    /// The client sends no more. It may still wait for what it asked.
    func clientEnded() {
        switch phase {
        case .closed: break
        // Pipelined requests may still wait until the client has read what it asked before.
        case .reading: if inbox.readableBytes > 0 { process() } else { linger() }
        case .lingering: if !isBlocked { abort(by: .client) }
        case .tunneling: process()
        case .held, .connecting, .exchanging: endIfTruncated()
        }
    }

    /// Ends everything at once. A response under way is broken off in a way that the client cannot take for its end.
    func abort(by culprit: Culprit) {
        guard phase != .closed else { return }
        if phase == .held { loop.unhold() }
        let isTunnelCut = phase == .tunneling && !exchange.backendEnded
        if isBlocked || isTunnelCut || (phase == .exchanging && exchange.isHeadPassedOn) { outlet?.resetOnClose() }
        // Nor may the backend take what came of the client's half for all of it.
        if phase == .tunneling, !exchange.clientEnded { exchange.connection?.outlet?.resetOnClose() }
        phase = .closed
        if let counters = exchange.backend?.counters { blame(culprit, counters) }
        endExchange(reusing: false, at: .now())
        outlet?.closed()
        loop.closed(self)
        context?.close(promise: nil)
    }

    private func blame(_ culprit: Culprit, _ counters: ReleaseCounters) {
        switch culprit {
        case .client: counters.abandoned.add()
        // An error already: counted twice, there would be more errors than answers.
        case .backend: if exchange.status < 500 { counters.truncated.add() }
        case .host: break
        }
    }

    /// A drain's time is up: what cannot go elsewhere is broken off.
    func cut() {
        if phase == .tunneling || exchange.isHeadPassedOn {
            abort(by: .host)
        } else if let backend = exchange.backend, !exchange.isSent || mayRepeat {
            retreat(from: backend)
            backend.counters.retries.add()
            assign(avoiding: backend.slot, freshly: true)
            process()
        } else {
            refuse(GatewayReply(503, "The backend was stopped before it answered.", retryAfter: loop.configuration.retryAfter))
        }
    }
}
