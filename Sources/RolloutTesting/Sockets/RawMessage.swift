/// An HTTP/1.1 message as it came over a `RawSocket`.
package struct RawMessage: Sendable {
    /// Start line and field lines, with the empty line.
    package var head: String
    /// With chunks taken apart.
    package var body: [UInt8]

    package init(head: String, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }

    package var startLine: String { String(head.prefix { $0 != "\r\n" }) }
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// Of a response; 0 when there is none.
    package var status: Int { Int(head.dropFirst(9).prefix(3)) ?? 0 }

    /// All values of a field, in order.
    package func values(_ name: String) -> [String] {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
    }

    package subscript(name: String) -> String? { values(name).first }
}

extension RawSocket {
    /// Reads a response.
    /// - Parameter toHead: it answers HEAD, so it has no body.
    package func receiveResponse(toHead: Bool = false) throws(Ending) -> RawMessage {
        var message = RawMessage(head: try receiveHead(), body: [])
        guard message.head.hasPrefix("HTTP/1.") else { throw .unexpected(message.head) }
        if toHead || message.status < 200 || message.status == 204 || message.status == 304 { return message }
        message.body = try receiveBody(message, untilEnd: true)
        return message
    }

    /// Reads a request.
    package func receiveRequest() throws(Ending) -> RawMessage {
        var message = RawMessage(head: try receiveHead(), body: [])
        message.body = try receiveBody(message, untilEnd: false)
        return message
    }

    private func receiveBody(_ message: RawMessage, untilEnd: Bool) throws(Ending) -> [UInt8] {
        if let length = message["content-length"].flatMap({ Int($0) }) { return try receive(exactly: length) }
        guard message["transfer-encoding"] != nil else { return untilEnd ? try receiveToEnd() : [] }
        var body: [UInt8] = []
        while true {
            let line = try receiveLine()
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { throw .unexpected(line) }
            if size == 0 { break }
            body += try receive(exactly: size)
            guard try receiveLine().isEmpty else { throw .unexpected("chunk end") }
        }
        while try !receiveLine().isEmpty {}
        return body
    }

    /// Sends a request and reads its response.
    package func ask(_ request: String, toHead: Bool = false) throws(Ending) -> RawMessage {
        try send(request)
        return try receiveResponse(toHead: toHead)
    }
}
