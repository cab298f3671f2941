import NIOCore

/// Bytes passed through as they are: after 101 Switching Protocols, and HTTP/2 from the first byte.
///
/// A tunnel belongs to the backend it began with. It counts as in flight until both sides have ended, and is cut when a drain
/// runs out of time: the gateway does not speak the protocol inside, so it can say no goodbye in it.
extension FrontConnection {
    /// An HTTP/2 connection begins.
    func beginTunnel() {
        exchange.isTunnel = true
        exchange.startedAt = .now()
        requestBody = BodyTracker(.untilClose)
        assign(freshly: true)
    }

    /// The backend agrees to what the client asked for.
    func switchProtocols(_ connection: BackendConnection) {
        guard exchange.asksUpgrade, requestBody.isComplete else { return badResponse(HTTPFault.upgradeUnasked.rawValue) }
        let counters = connection.backend.counters
        counters.responded(status: 101)
        counters.tunnels.add()
        exchange.isHeadPassedOn = true
        loop.scratch.clear()
        connection.inbox.withUnsafeReadableBytes { head in
            connection.backend.rewriter.write(
                response, head: head, persistence: .implied, decodesChunks: false, keepsUpgrade: true, room: 0,
                to: &loop.scratch)
        }
        var rest = loop.emptyBuffer
        swap(&rest, &connection.inbox)
        rest.moveReaderIndex(forwardBy: response.length)
        phase = .tunneling
        guard loop.scratch.withUnsafeReadableBytes({ send($0) }) else { return }
        if rest.readableBytes > 0 { passToClient(rest) }
        process()
    }

    func passToBackend() {
        guard phase == .tunneling, let connection = exchange.connection, !connection.isBlocked else { return }
        if inbox.readableBytes > 0 {
            exchange.isSent = true
            let outcome = inbox.withUnsafeReadableBytes { connection.send($0) }
            inbox.clear()
            if case .broken = outcome { return exchange.backendEnded ? finishTunnel() : abort(by: .backend) }
        }
        if inputEnded, !exchange.clientEnded, !connection.isBlocked {
            exchange.clientEnded = true
            if exchange.backendEnded { return finishTunnel() }
            connection.closeOutput()
        }
    }

    func passToClient(_ bytes: ByteBuffer) {
        exchange.connection?.backend.counters.bytesToClient.add(UInt64(bytes.readableBytes))
        _ = bytes.withUnsafeReadableBytes { send($0) }
    }

    /// The backend's side of the tunnel ended.
    func tunnelBackendEnded() {
        exchange.backendEnded = true
        if exchange.clientEnded { return finishTunnel() }
        if !isBlocked { context?.close(mode: .output, promise: nil) }
        // What the client sent before it ended may still wait to be passed on.
        process()
    }

    func finishTunnel() {
        endExchange(reusing: false, at: .now())
        linger()
    }
}
