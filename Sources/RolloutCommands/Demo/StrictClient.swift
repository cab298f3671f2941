import Glibc
import RolloutCore

/// One client on one kept-alive connection over a plain socket. It repeats nothing, takes no redirect, opens a new connection only
/// when the old one broke, and counts that as a failure.
struct StrictClient {
    /// What an answer said about itself.
    struct Answer {
        var host: String
        /// The release the gateway says it is from.
        var release: String
        /// The version the application says it is; `nil` for an echo.
        var version: String?
    }

    /// Why an answer is not the one it should be.
    struct Fault: Error {
        var reason: String
    }

    private let port: Int
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []

    init(port: Int) { self.port = port }

    /// Asks once and checks every byte of the answer.
    mutating func ask(_ turn: Int) throws(Fault) -> Answer {
        do throws(Fault) {
            if descriptor < 0 { try connect() }
            if turn.isMultiple(of: 2) {
                try send("GET / HTTP/1.1\r\nHost: demo\r\n\r\n", body: [])
                return try check(nil)
            }
            let body = (0..<(turn * 97 % 4096)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ turn) }
            try send("POST /echo HTTP/1.1\r\nHost: demo\r\nContent-Length: \(body.count)\r\n\r\n", body: body)
            return try check(body)
        } catch {
            disconnect()
            throw error
        }
    }

    mutating func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        buffer = []
    }

    // MARK: Checking

    private mutating func check(_ sent: [UInt8]?) throws(Fault) -> Answer {
        let head = try readHead()
        var fields: [String: String] = [:]
        for line in head.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw Fault(reason: "a header field without a colon") }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            guard fields.updateValue(String(value), forKey: line[..<colon].lowercased()) == nil else {
                throw Fault(reason: "the field \(line[..<colon]) twice")
            }
        }
        guard head.first?.hasPrefix("HTTP/1.1 200 ") == true else { throw Fault(reason: "answered \(head.first ?? "nothing")") }
        guard let length = fields["content-length"].flatMap({ Int($0) }), length >= 0, length < 1 << 20 else {
            throw Fault(reason: "no usable content-length")
        }
        if fields["connection"]?.lowercased() == "close" { throw Fault(reason: "the connection is closed without need") }
        let body = try read(length)
        let version = sent == nil ? fields["x-hello-version"] ?? "" : nil
        guard body == sent ?? Array("hello from \(version ?? "")\n".utf8) else {
            throw Fault(reason: "a body that is not the one expected")
        }
        guard buffer.isEmpty else { throw Fault(reason: "bytes after the answer") }
        guard version == nil || version == "v1" || version == "v2" else {
            throw Fault(reason: "an answer of version '\(version ?? "")'")
        }
        guard let host = fields["x-wasmrollout-host"], let release = fields["x-wasmrollout-release"] else {
            throw Fault(reason: "no x-wasmrollout-host or -release")
        }
        return Answer(host: host, release: release, version: version)
    }

    // MARK: Bytes

    private mutating func connect() throws(Fault) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("127.0.0.1", "\(port)", &hints, &list) == 0, let info = list else {
            throw Fault(reason: "no address")
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.pointee.ai_family, info.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Fault(reason: "no socket: errno \(errno)") }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Glibc.connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
            let code = errno
            close(descriptor)
            throw Fault(reason: "cannot connect: errno \(code)")
        }
        self.descriptor = descriptor
    }

    private func send(_ head: String, body: [UInt8]) throws(Fault) {
        var bytes = (Array(head.utf8) + body)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Fault(reason: "cannot send: errno \(errno)") }
            bytes = bytes.dropFirst(count)
        }
    }

    /// The status line and the header fields.
    private mutating func readHead() throws(Fault) -> [String] {
        while true {
            if let end = buffer.indices.first(where: { buffer[$0...].starts(with: [13, 10, 13, 10]) }) {
                let text = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 4)
                return text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
            }
            guard buffer.count < 1 << 16 else { throw Fault(reason: "a header without an end") }
            try fill()
        }
    }

    private mutating func read(_ count: Int) throws(Fault) -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private mutating func fill() throws(Fault) {
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &piece, piece.count, 0)
        guard count != 0 else { throw Fault(reason: "the connection ended in the middle") }
        guard count > 0 else { throw Fault(reason: "cannot receive: errno \(errno)") }
        buffer += piece[..<count]
    }
}
