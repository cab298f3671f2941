import Glibc
import Synchronization

/// A server on 127.0.0.1 that does to each connection what a test tells it to, on a thread of its own.
package final class RawBackend: Sendable {
    private struct State {
        var connections: [RawSocket] = []
        var isStopped = false
        /// Its number is another socket's as soon as it is closed.
        var isListenerClosed = false
    }

    package let port: Int
    private let listener: CInt
    private let state = Mutex(State())
    private let accepted = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)

    /// - Parameter serve: gets each connection and its number, from 0; the connection is closed when it returns or throws.
    package init(port: Int = 0, _ serve: @escaping @Sendable (RawSocket, Int) throws -> Void) {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var on: CInt = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        let descriptor = listener
        let bound = RawSocket.withLoopback(port: port) { bind(descriptor, $0, $1) }
        precondition(bound == 0 && listen(listener, 1024) == 0, "could not listen: error \(errno)")
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        self.port = Int(in_port_t(bigEndian: address.sin_port))
        onThread { self.accept(serve) }
    }

    /// Connections accepted so far.
    package var connectionCount: Int { accepted.load(ordering: .relaxed) }
    /// Requests counted so far by those who serve.
    package var requestCount: Int { requests.load(ordering: .relaxed) }

    package func countRequest() { requests.add(1, ordering: .relaxed) }

    private func accept(_ serve: @escaping @Sendable (RawSocket, Int) throws -> Void) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                state.withLock { state in
                    state.isListenerClosed = true
                    Glibc.close(listener)
                }
                return
            }
            let connection = RawSocket(descriptor: descriptor)
            let number = accepted.add(1, ordering: .relaxed).oldValue
            let isStopped = state.withLock { state in
                state.connections.append(connection)
                return state.isStopped
            }
            if isStopped { connection.shut() }
            onThread {
                try? serve(connection, number)
                self.state.withLock { state in state.connections.removeAll { $0 === connection } }
                connection.close()
            }
        }
    }

    /// Stops as a process that is killed: no more accepting, every connection is cut.
    package func stop() {
        let open = state.withLock { state in
            state.isStopped = true
            if !state.isListenerClosed { shutdown(listener, CInt(SHUT_RDWR)) }
            return state.connections
        }
        for connection in open { connection.shut() }
    }

    /// Serves every connection with what `respond` returns for each request, keeping it open.
    package static func http(port: Int = 0, _ respond: @escaping @Sendable (RawMessage) -> String) -> RawBackend {
        let box = Mutex<RawBackend?>(nil)
        let backend = RawBackend(port: port) { connection, _ in
            while true {
                let request = try connection.receiveRequest()
                box.withLock { $0?.countRequest() }
                try connection.send(respond(request))
            }
        }
        box.withLock { $0 = backend }
        return backend
    }

    /// Answers a GET with `name` and the target, and a POST with its body.
    package static func echo(_ name: String, port: Int = 0) -> RawBackend {
        http(port: port) { request in
            let body =
                request.startLine.hasPrefix("POST") ? request.text : "\(name) \(request.startLine.split(separator: " ")[1])"
            return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nX-Backend: \(name)\r\n\r\n" + body
        }
    }
}
