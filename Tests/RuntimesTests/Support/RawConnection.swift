import Foundation
import Glibc
import RolloutCore

/// One TCP connection, with nothing between the test and the bytes. Blocks threads of its own, never the test's.
final class RawConnection: Sendable {
    private let descriptor: Int32

    struct Refused: Error {}

    init(_ address: BackendAddress) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(UInt16(address.port).bigEndian)
        inet_pton(AF_INET, address.host, &name.sin_addr)
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(socket)
            throw Refused()
        }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        descriptor = socket
    }

    deinit { close(descriptor) }

    func send(_ text: String, _ body: [UInt8] = []) async {
        let bytes = Array(text.utf8) + body
        let descriptor = descriptor
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var sent = 0
                while sent < bytes.count {
                    let count = bytes[sent...].withUnsafeBytes {
                        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    sent += count
                }
                continuation.resume()
            }
        }
    }

    /// Everything until the other side closes.
    func readToEnd() async -> [UInt8] {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var all: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    all += buffer[..<count]
                }
                continuation.resume(returning: all)
            }
        }
    }
}

/// What came back on a connection that was closed after one answer.
struct RawAnswer {
    var status: Int
    var head: String
    var body: [UInt8]

    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let separator: [UInt8] = [13, 10, 13, 10]
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }),
            let code = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        status = code
        head = String(decoding: bytes[..<end], as: UTF8.self)
        body = Array(bytes[(end + 4)...])
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// One request on a connection of its own; `nil` when it is closed without an answer.
func ask(
    _ address: BackendAddress, _ path: String, method: String = "GET", headers: String = "", body: [UInt8] = []
) async throws -> RawAnswer? {
    let connection = try RawConnection(address)
    let length = body.isEmpty ? "" : "content-length: \(body.count)\r\n"
    await connection.send("\(method) \(path) HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\(length)\(headers)\r\n", body)
    return RawAnswer(await connection.readToEnd())
}
