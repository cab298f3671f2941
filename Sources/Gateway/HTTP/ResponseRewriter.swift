import NIOCore

/// Makes the head that a client is sent from the head that a backend sent.
struct ResponseRewriter {
    /// What the client is told about its connection.
    enum Persistence {
        /// Nothing: it stays open, as is usual.
        case implied
        /// An HTTP/1.0 client asked for it to stay open.
        case keepAlive
        case close
    }

    /// The field lines of every response from this backend: `Via` and who answered.
    let marks: [UInt8]

    init(release: String, host: String, identifies: Bool, addsVia: Bool) {
        var text = addsVia ? "Via: 1.1 wasmrollout\r\n" : ""
        if identifies { text += "x-wasmrollout-release: \(release)\r\nx-wasmrollout-host: \(host)\r\n" }
        marks = Array(text.utf8)
    }

    /// - Parameters:
    ///   - room: how much more the caller will append.
    ///   - decodesChunks: leaves out `Transfer-Encoding`, for a client that does not know it.
    ///   - keepsUpgrade: passes on `Upgrade` (status 101 and 426).
    func write(
        _ response: borrowing ResponseParser, head: UnsafeRawBufferPointer, persistence: Persistence, decodesChunks: Bool,
        keepsUpgrade: Bool, room: Int, to buffer: inout ByteBuffer
    ) {
        HeadWriter.append(to: &buffer, capacity: head.count * 2 + marks.count + room + 96) { writer in
            writer.text("HTTP/1.1 ")
            writer.copy(head.slice(response.statusLine))
            // The space before the reason belongs there without a reason, too (RFC 9112, section 4).
            writer.text(response.statusLine.count == 3 ? " \r\n" : "\r\n")
            var cuts = response.facts.cuts
            if decodesChunks, let line = response.facts.codingLine {
                cuts.append(Span(line.start, line.end + 2))
                cuts.sort { $0.start < $1.start }
            }
            writer.fields(response.fields, of: head, without: cuts)
            if keepsUpgrade, let upgrade = response.facts.upgrade {
                writer.text(persistence == .close ? "Connection: upgrade, close\r\n" : "Connection: upgrade\r\n")
                writer.text("Upgrade: ")
                writer.copy(head.slice(upgrade))
                writer.text("\r\n")
            } else {
                switch persistence {
                case .implied: break
                case .keepAlive: writer.text("Connection: keep-alive\r\n")
                case .close: writer.text("Connection: close\r\n")
                }
            }
            writer.copy(marks)
            writer.text("\r\n")
        }
    }
}
