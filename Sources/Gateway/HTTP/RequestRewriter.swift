import NIOCore

/// Makes the head that a backend is sent from the head that a client sent.
struct RequestRewriter {
    /// The client's IP address as text.
    var client: [UInt8]
    /// Where the client connected to: the `Host` of requests that may go without (HTTP/1.0).
    var local: [UInt8]
    var addsVia: Bool

    /// - Parameter keepsUpgrade: passes on what the client wants to switch to.
    func write(
        _ request: borrowing RequestParser, head: UnsafeRawBufferPointer, keepsUpgrade: Bool, to buffer: inout ByteBuffer
    ) {
        let extra = request.forwardedFor.reduce(0) { $0 + $1.count + 2 }
        let capacity = head.count * 3 + client.count + local.count * 2 + extra + 256
        HeadWriter.append(to: &buffer, capacity: capacity) { writer in
            writer.copy(head.slice(request.startLine))
            if request.authority != nil { writePath(request, head, &writer) }
            writer.text(" HTTP/1.1\r\n")
            if let authority = request.authority {
                writer.text("Host: ")
                writer.copy(head.slice(authority))
                writer.text("\r\n")
            } else if request.host == nil {
                writer.text("Host: ")
                writer.copy(local)
                writer.text("\r\n")
            }
            writer.fields(request.fields, of: head, without: request.facts.cuts)
            if keepsUpgrade, let upgrade = request.facts.upgrade {
                writer.text("Connection: upgrade\r\nUpgrade: ")
                writer.copy(head.slice(upgrade))
                writer.text("\r\n")
            }
            writeForwarded(request, head, &writer)
            if addsVia {
                writer.text(request.isOldVersion ? "Via: 1.0 wasmrollout\r\n\r\n" : "Via: 1.1 wasmrollout\r\n\r\n")
            } else {
                writer.text("\r\n")
            }
        }
    }

    /// Origin form of an absolute target (RFC 9112, section 3.2.1).
    private func writePath(_ request: borrowing RequestParser, _ head: UnsafeRawBufferPointer, _ writer: inout HeadWriter) {
        let path = head.slice(request.path)
        if path.isEmpty {
            writer.text(request.method == .options ? "*" : "/")
        } else {
            if path[0] != 0x2f { writer.text("/") }
            writer.copy(path)
        }
    }

    @inline(__always)
    private func writeForwarded(_ request: borrowing RequestParser, _ head: UnsafeRawBufferPointer, _ writer: inout HeadWriter)
    {
        writer.text("X-Forwarded-For: ")
        for address in request.forwardedFor where address.count > 0 {
            writer.copy(head.slice(address))
            writer.text(", ")
        }
        writer.copy(client)
        writer.text("\r\n")
        if !request.hasForwardedProto { writer.text("X-Forwarded-Proto: http\r\n") }
        if !request.hasForwardedHost {
            writer.text("X-Forwarded-Host: ")
            if let host = request.authority ?? request.host { writer.copy(head.slice(host)) } else { writer.copy(local) }
            writer.text("\r\n")
        }
    }
}
