import Glibc
import Synchronization

/// A TCP connection on loopback, blocking, with a deadline on every read, that shows exactly what came: bytes, an end, a
/// reset, or nothing.
package final class RawSocket: Sendable {
    package enum Ending: Error, Hashable, Sendable {
        /// The other side closed.
        case ended
        /// The other side reset the connection (or another error: its number).
        case broken(Int32)
        case timedOut
        /// What came is not what was to come.
        case unexpected(String)
    }

    package let descriptor: CInt
    private let buffered = Mutex<[UInt8]>([])
    /// Guards the descriptor: its number is another socket's as soon as it is closed.
    private let isClosed = Mutex(false)

    /// Takes over a connected socket.
    package init(descriptor: CInt, timeout: Duration = .seconds(20)) {
        self.descriptor = descriptor
        let timeout = Patience.deadline(timeout)
        // As a timeval is laid out. The type itself is another module's in a release build of this one, and cannot be imported.
        var time = (Int(timeout.components.seconds), Int(timeout.components.attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout.size(ofValue: time)))
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit { close() }

    /// Connects to 127.0.0.1.
    /// - Parameter receiveBuffer: bytes the system keeps unread, for a client that is to be slow.
    package static func connect(port: Int, timeout: Duration = .seconds(20), receiveBuffer: CInt? = nil) throws(Ending)
        -> RawSocket
    {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .broken(errno) }
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size))
        }
        let result = withLoopback(port: port) { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else {
            let error = errno
            Glibc.close(descriptor)
            throw .broken(error)
        }
        return RawSocket(descriptor: descriptor, timeout: timeout)
    }

    /// Calls `body` with the address of a port on 127.0.0.1.
    package static func withLoopback<Value>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    // MARK: Sending

    /// Sends all of it.
    package func send(_ bytes: [UInt8]) throws(Ending) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count >= 0 { sent += count } else if errno != EINTR { throw .broken(errno) }
        }
    }

    package func send(_ text: String) throws(Ending) { try send(Array(text.utf8)) }

    package func closeOutput() { whileOpen { shutdown(descriptor, CInt(SHUT_WR)) } }

    /// Ends both directions and wakes who reads, from any thread.
    package func shut() { whileOpen { shutdown(descriptor, CInt(SHUT_RDWR)) } }

    package func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }
    }

    private func whileOpen(_ body: () -> CInt) {
        isClosed.withLock { isClosed in
            if !isClosed { _ = body() }
        }
    }

    /// Closes with a reset.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    // MARK: Receiving

    /// What comes next, at most `count` bytes.
    package func receive(atMost count: Int = 64 << 10) throws(Ending) -> [UInt8] {
        let waiting = buffered.withLock { buffered in
            let taken = Array(buffered.prefix(count))
            buffered.removeFirst(taken.count)
            return taken
        }
        return waiting.isEmpty ? try receiveFresh(count) : waiting
    }

    /// Exactly `count` bytes.
    package func receive(exactly count: Int) throws(Ending) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count { bytes += try receive(atMost: count - bytes.count) }
        return bytes
    }

    /// Up to and with CR LF CR LF.
    package func receiveHead() throws(Ending) -> String {
        try receiveThrough([13, 10, 13, 10])
    }

    /// A line, without its CR LF.
    package func receiveLine() throws(Ending) -> String {
        String(try receiveThrough([13, 10]).dropLast(1))
    }

    /// Everything until the other side ends the connection.
    package func receiveToEnd() throws(Ending) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            do { bytes += try receive() } catch {
                if error == .ended { return bytes }
                throw error
            }
        }
    }

    private func receiveThrough(_ mark: [UInt8]) throws(Ending) -> String {
        var bytes: [UInt8] = []
        while true {
            bytes += try receive()
            var index = 0
            while index + mark.count <= bytes.count {
                if bytes[index] == mark[0], bytes[index..<index + mark.count].elementsEqual(mark) {
                    let end = index + mark.count
                    let rest = Array(bytes[end...])
                    buffered.withLock { $0 = rest + $0 }
                    return String(decoding: bytes[..<end], as: UTF8.self)
                }
                index += 1
            }
        }
    }

    private func receiveFresh(_ count: Int) throws(Ending) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let received = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, count, 0) }
            if received > 0 { return Array(bytes[..<received]) }
            if received == 0 { throw .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .timedOut
            default: throw .broken(errno)
            }
        }
    }
}
