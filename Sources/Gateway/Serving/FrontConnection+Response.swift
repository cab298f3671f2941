import Logging
import NIOCore

/// From the backend to the client.
extension FrontConnection {
    /// Bytes of a body that are sent together with the head: one more copy is cheaper than one more system call.
    private static let bodyWithHead = 16 << 10

    func received(_ bytes: ByteBuffer, from connection: BackendConnection) {
        guard connection === exchange.connection else { return }
        exchange.isAnswered = true
        exchange.heardAt = .now()
        switch phase {
        case .tunneling:
            passToClient(bytes)
        case .exchanging where exchange.isHeadPassedOn:
            var bytes = bytes
            passResponseBody(&bytes)
        case .exchanging:
            var bytes = bytes
            if connection.inbox.readableBytes == 0 {
                connection.inbox = bytes
            } else {
                connection.inbox.writeBuffer(&bytes)
            }
            readResponseHead(connection)
        case .reading, .held, .connecting, .lingering, .closed:
            break
        }
    }

    private func readResponseHead(_ connection: BackendConnection) {
        while phase == .exchanging, !exchange.isHeadPassedOn, connection.inbox.readableBytes > 0 {
            switch connection.inbox.withUnsafeReadableBytes({ response.parse($0) }) {
            case .incomplete: return
            case .fault(let fault): return badResponse(fault.rawValue)
            case .preface: return badResponse(HTTPFault.startLine.rawValue)
            case .complete:
                switch response.status {
                case 101: return switchProtocols(connection)
                case 100..<200: passInterim(connection)
                default: passHead(connection)
                }
            }
        }
    }

    /// A response before the response: 100 Continue, 103 Early Hints.
    private func passInterim(_ connection: BackendConnection) {
        connection.backend.counters.responded(status: response.status)
        if !request.isOldVersion {
            loop.scratch.clear()
            connection.inbox.withUnsafeReadableBytes { head in
                connection.backend.rewriter.write(
                    response, head: head, persistence: .implied, decodesChunks: false, keepsUpgrade: false, room: 0,
                    to: &loop.scratch)
            }
            guard sendScratch() else { return }
        }
        connection.inbox.moveReaderIndex(forwardBy: response.length)
        response.reset()
    }

    private func passHead(_ connection: BackendConnection) {
        let framing = response.framing(toHead: request.method == .head)
        responseBody = BodyTracker(framing)
        exchange.status = response.status
        exchange.isHeadPassedOn = true
        exchange.decodesChunks = request.isOldVersion && framing == .chunked
        // With an upload still under way the client may send the rest of it or leave it out (RFC 9112, section 9.3), and nobody
        // can say where its next request would begin. So this is the last response; `linger` throws away what still comes.
        if framing == .untilClose || exchange.decodesChunks || !requestBody.isComplete || !mayAskMore || !loop.keepsClients {
            exchange.keepsClient = false
        }
        connection.backend.counters.responded(status: response.status)
        var buffer = loop.emptyBuffer
        swap(&buffer, &connection.inbox)
        loop.scratch.clear()
        let inlineBody = !exchange.decodesChunks
        var taken = response.length
        buffer.withUnsafeReadableBytes { bytes in
            let body = min(inlineBody ? bytes.count - response.length : 0, Self.bodyWithHead)
            connection.backend.rewriter.write(
                response, head: bytes, persistence: persistence, decodesChunks: exchange.decodesChunks,
                keepsUpgrade: response.status == 426, room: body, to: &loop.scratch)
            if body > 0 {
                let count = responseBody.consume(bytes.slice(Span(response.length, response.length + body)))
                loop.scratch.writeBytes(bytes.slice(Span(response.length, response.length + count)))
                taken += count
            }
        }
        buffer.moveReaderIndex(forwardBy: taken)
        guard sendScratch() else { return }
        passResponseBody(&buffer)
    }

    /// Whether there is, or may come, another request.
    var mayAskMore: Bool { !inputEnded || inbox.readableBytes > 0 }

    /// What the client must be told of its connection.
    var persistence: ResponseRewriter.Persistence {
        exchange.keepsClient ? (request.isOldVersion ? .keepAlive : .implied) : .close
    }

    private func sendScratch() -> Bool {
        exchange.connection?.backend.counters.bytesToClient.add(UInt64(loop.scratch.readableBytes))
        return loop.scratch.withUnsafeReadableBytes { send($0) }
    }

    private func passResponseBody(_ bytes: inout ByteBuffer) {
        guard phase == .exchanging, let connection = exchange.connection else { return }
        // While something of either body flows, neither side stalls.
        if !requestBody.isComplete { activeAt = .now() }
        let isUnderway: Bool = bytes.withUnsafeReadableBytes { bytes in
            if exchange.decodesChunks { return passDecoded(bytes) }
            let count = responseBody.consume(bytes)
            connection.backend.counters.bytesToClient.add(UInt64(count))
            if count < bytes.count { exchange.hasSurplus = true }
            return send(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
        guard isUnderway else { return }
        if responseBody.fault != nil {
            if connection.backend.takesReport() {
                loop.shared.logger.warning("A backend sent a malformed body", metadata: ["backend": "\(connection.backend.id)"])
            }
            return abort(by: .backend)
        }
        if responseBody.isComplete { responseFinished() }
    }

    /// Only the data of a chunked body.
    private func passDecoded(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while let piece = responseBody.next(in: rest) {
            let run = UnsafeRawBufferPointer(rebasing: rest[..<piece.count])
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
            if piece.isData {
                exchange.connection?.backend.counters.bytesToClient.add(UInt64(piece.count))
                guard send(run) else { return false }
            }
        }
        if !rest.isEmpty { exchange.hasSurplus = true }
        return true
    }

    func responseFinished() {
        let now = NIODeadline.now()
        let keepsClient = exchange.keepsClient && requestBody.isComplete && mayAskMore
        let reuses =
            response.keepsConnection && requestBody.isComplete && !exchange.hasSurplus && !exchange.isBackendDeaf
            && !responseBody.endsWithConnection
        if let counters = exchange.backend?.counters {
            counters.took(microseconds: (now.uptimeNanoseconds &- exchange.startedAt.uptimeNanoseconds) / 1000)
        }
        // A backend that does not switch may have stopped reading HTTP all the same, as some servers' parsers do.
        endExchange(reusing: reuses && !exchange.asksUpgrade, at: now)
        activeAt = now
        guard keepsClient else { return linger() }
        phase = .reading
        request.reset()
        process()
    }

    /// Lets go of the backend.
    func endExchange(reusing: Bool, at now: NIODeadline) {
        exchange.connecting?.close()
        guard let backend = exchange.backend else { return }
        let connection = exchange.connection
        exchange = Exchange()
        if let connection {
            connection.client = nil
            if reusing, connection.isOpen, !connection.isBlocked {
                // It may have been told to wait for a slow client.
                connection.setReading(true)
                backend.keep(connection, at: now)
            } else {
                connection.close()
            }
        }
        loop.ended(backend)
    }
}
