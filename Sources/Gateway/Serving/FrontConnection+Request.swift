import NIOCore
import RolloutCore

/// From the client to the backend.
extension FrontConnection {
    /// Bytes of a body that are sent together with the head.
    private static let bodyWithHead = 32 << 10

    func readHead() {
        // A client that does not read what it asked for is asked no more: its responses would have to be kept here.
        guard inbox.readableBytes > 0, !isBlocked else { return }
        if skipEmptyLine() {
            // Nothing follows any more.
            if inputEnded { linger() }
            return
        }
        switch inbox.withUnsafeReadableBytes({ request.parse($0) }) {
        case .incomplete: if inputEnded { linger() }
        case .fault(let fault): refuse(GatewayReply(fault))
        case .preface: beginTunnel()
        case .complete: beginExchange()
        }
    }

    /// One empty line before a request is to be ignored (RFC 9112, section 2.2). It begins none: the connection is idle as before.
    /// `true`: nothing else has come yet.
    private func skipEmptyLine() -> Bool {
        guard !hasSkippedEmptyLine, !request.hasBegun, inbox.getInteger(at: inbox.readerIndex, as: UInt8.self) == 0x0d else {
            return false
        }
        guard inbox.readableBytes > 1 else { return true }
        if inbox.getInteger(at: inbox.readerIndex, as: UInt16.self) == 0x0d0a {
            inbox.moveReaderIndex(forwardBy: 2)
            hasSkippedEmptyLine = true
        }
        return inbox.readableBytes == 0
    }

    private func beginExchange() {
        hasSkippedEmptyLine = false
        exchange.startedAt = .now()
        exchange.keepsClient = request.keepsConnection
        requestBody = BodyTracker(request.framing)
        exchange.asksUpgrade = asksUpgrade()
        outbound.clear()
        var bodyBytes = 0
        let fault: HTTPFault? = inbox.withUnsafeReadableBytes { bytes in
            rewriter.write(request, head: bytes, keepsUpgrade: exchange.asksUpgrade, to: &outbound)
            guard !requestBody.isComplete, bytes.count > request.length else { return nil }
            let end = min(bytes.count, request.length + Self.bodyWithHead)
            let body = bytes.slice(Span(request.length, end))
            let count = requestBody.consume(body)
            outbound.writeBytes(body.prefix(count))
            bodyBytes = count
            return requestBody.fault
        }
        inbox.moveReaderIndex(forwardBy: request.length + bodyBytes)
        if let fault { return refuse(GatewayReply(fault)) }
        // A client that is gone in the middle of its body is told nothing, and its request is nobody's.
        if inputEnded, !requestBody.isComplete, inbox.readableBytes == 0 { return abort(by: .client) }
        assign()
    }

    /// `h2c` is left out: a connection that switches to it in the middle would leave the gateway blind, and nobody needs it.
    private func asksUpgrade() -> Bool {
        guard request.facts.saysUpgrade, !request.isOldVersion, let value = request.facts.upgrade else { return false }
        return inbox.withUnsafeReadableBytes { bytes in
            !ListTokens(value, in: bytes).contains { bytes.slice($0).starts(with: "h2c".utf8) }
        }
    }

    /// Hands the request to a backend, or holds it.
    /// - Parameters:
    ///   - failed: where it just failed; another backend is preferred.
    ///   - freshly: takes no connection that was used before.
    func assign(avoiding failed: BackendPool.Slot? = nil, freshly: Bool = false) {
        loop.catchUp()
        guard phase != .closed else { return }
        guard case .forward(let slot) = loop.pool.admit(avoiding: failed), let backend = loop.backends[slot] else {
            return hold()
        }
        loop.began(self, on: backend)
        exchange.attempts += 1
        let limit = NIODeadline.now() - loop.limits.backendIdle
        if !freshly, let connection = backend.takeIdle(usedSince: limit) {
            connection.client = self
            attach(connection)
        } else {
            phase = .connecting
            loop.connect(to: backend, for: self)
        }
    }

    func backendConnected(_ connection: BackendConnection) {
        guard phase == .connecting, exchange.connecting === connection else { return connection.close() }
        exchange.connecting = nil
        attach(connection)
        process()
    }

    private func attach(_ connection: BackendConnection) {
        exchange.connection = connection
        connection.uses += 1
        // The rest of what has come is passed on by `process`, which everyone calls who calls this: sending can call back into
        // it, and what is being sent must not be sent twice.
        if exchange.isTunnel {
            phase = .tunneling
            connection.backend.counters.tunnels.add()
            return
        }
        phase = .exchanging
        response.reset()
        // Said before it is so: the channel may tell of its end while it sends.
        exchange.isSent = true
        let outcome = outbound.withUnsafeReadableBytes { connection.send($0) }
        guard exchange.connection === connection else { return }
        switch outcome {
        case .sent, .queued:
            if requestBody.isComplete { exchange.sentAt = .now() }
        case .broken(let untouched):
            exchange.isSent = !untouched
            connection.close()
            attemptFailed()
        }
    }

    /// Neither its method nor its content changes anything, so it may be sent again although it may have been seen.
    var mayRepeat: Bool { request.method.isSafe && request.framing == .none && !exchange.isTunnel }

    /// Passes on what has come of the body.
    func passRequestBody() {
        guard phase == .exchanging, !requestBody.isComplete, inbox.readableBytes > 0, let connection = exchange.connection,
            !connection.isBlocked
        else { return }
        activeAt = .now()
        var count = 0
        let outcome: Outlet.Outcome = inbox.withUnsafeReadableBytes { bytes in
            count = requestBody.consume(bytes)
            if exchange.isBackendDeaf { return .sent }
            return connection.send(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
        inbox.moveReaderIndex(forwardBy: count)
        // The channel may have told of its end while it sent; then this exchange is over, or the next backend has it.
        guard exchange.connection === connection else { return }
        if let fault = requestBody.fault { return brokenRequestBody(fault) }
        if requestBody.isComplete { exchange.sentAt = activeAt }
        // When sending failed the backend has closed. It may have answered before: reading will tell.
        if case .broken = outcome { exchange.isBackendDeaf = true }
        endIfTruncated()
    }

    /// The client ended before its request did. What it is being answered already it may still want.
    func endIfTruncated() {
        guard inputEnded, !requestBody.isComplete, inbox.readableBytes == 0, !exchange.isTunnel else { return }
        if !exchange.isHeadPassedOn { abort(by: .client) }
    }

    /// The backend takes more.
    func backendDrained() {
        activeAt = .now()
        process()
    }
}
