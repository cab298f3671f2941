import Logging
import NIOCore

/// Time limits. Looked at by the loop now and then, so that a request costs no timer.
extension FrontConnection {
    func checkTime(_ now: NIODeadline) {
        let limits = loop.limits
        noteProgress(now)
        findOutWhoLeft(now)
        switch phase {
        case .reading:
            if isBlocked {
                if now > activeAt + limits.stall { abort(by: .client) }
            } else if inputEnded, inbox.readableBytes == 0 {
                linger()
            } else if inbox.readableBytes > 0 {
                if now > activeAt + limits.header { refuse(GatewayReply(408, "The request's header took too long.")) }
            } else if now > activeAt + (loop.isQuiescing ? limits.quiesceIdle : limits.idle), outlet?.isQuiet() ?? false {
                abort(by: .client)
            }
        case .held:
            if now > exchange.startedAt + limits.hold {
                refuse(GatewayReply(503, "No backend was ready in time.", retryAfter: loop.configuration.retryAfter))
            }
        case .exchanging: checkExchange(now, limits)
        case .lingering:
            let limit = isBlocked ? limits.stall : limits.linger
            if now > activeAt + limit || now > lingersSince + limits.lingerTotal + limit { abort(by: .client) }
        case .tunneling:
            if isBlocked, now > activeAt + limits.stall { abort(by: .client) }
            if outlet == nil, now > activeAt + limits.stall { abort(by: .host) }
        case .connecting, .closed: break
        }
    }

    /// Who takes what it is sent, however slowly, has not stalled. The channel itself tells only when all is taken.
    private func noteProgress(_ now: NIODeadline) {
        let isSending = phase == .exchanging && request.framing != .none || phase == .tunneling && exchange.backendEnded
        let outlet = isBlocked || phase == .lingering ? outlet : isSending ? exchange.connection?.outlet : nil
        guard let unsent = outlet?.unsentBytes else { return }
        if unsent != unsentBytes {
            activeAt = now
            lingersSince = now
        }
        unsentBytes = unsent
    }

    private func checkExchange(_ now: NIODeadline, _ limits: TimeLimits) {
        if isBlocked {
            if now > activeAt + limits.stall { abort(by: .client) }
        } else if !requestBody.isComplete, exchange.connection?.isBlocked == false {
            guard now > max(activeAt, exchange.startedAt) + limits.stall else { return }
            if exchange.isHeadPassedOn {
                abort(by: .client)
            } else {
                refuse(GatewayReply(408, "The request's body took too long."))
            }
        } else if let response = limits.response,
            now > max(exchange.startedAt, exchange.sentAt, exchange.heardAt, activeAt) + response
        {
            backendIsSilent()
        }
    }

    /// It owes a response, or takes nothing of the request, and has said nothing for too long.
    private func backendIsSilent() {
        guard let backend = exchange.backend else { return }
        loop.reportSilence(of: backend, inResponse: exchange.isHeadPassedOn)
        guard exchange.isHeadPassedOn else {
            return unanswered(GatewayReply(504, "The backend did not answer in time."), by: backend)
        }
        abort(by: .backend)
    }

    /// Time a client gets that ended its side: most of what is asked is answered by then.
    private static let doubt: TimeAmount = .milliseconds(200)

    /// A client that ended its side waits for its answer, or is gone: that looks the same until it is sent something. An interim
    /// response may be sent at any time (RFC 9110, section 15.2); the system of a client that is gone answers it with a reset, and
    /// that ends what the backend still does for it. Within a response, in a tunnel and to HTTP/1.0 nothing can be sent that the client
    /// would not take for content: there the next bytes tell, or the system's own probes (see `Gateway`).
    private func findOutWhoLeft(_ now: NIODeadline) {
        guard let ended = endedAt, now > ended + Self.doubt, !exchange.isHeadPassedOn, !exchange.isTunnel, !request.isOldVersion
        else { return }
        switch phase {
        case .held, .connecting, .exchanging:
            endedAt = nil
            let interim: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
            _ = send(UnsafeRawBufferPointer(start: interim.utf8Start, count: interim.utf8CodeUnitCount))
        case .reading, .tunneling, .lingering, .closed: break
        }
    }
}
