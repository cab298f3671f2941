import Glibc
import NIOCore
import RolloutCore
import RolloutTesting
import Synchronization
import Testing

@testable import Gateway

/// Connections to backends that take long.
@Suite struct ConnectingTests {
    /// A server whose queue is full: connecting to it takes until it accepts again.
    private final class StuckBackend: Sendable {
        let port: Int
        private let listener: CInt
        private let filling = Mutex<[CInt]>([])

        init() {
            listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            let descriptor = listener
            _ = RawSocket.withLoopback(port: 0) { bind(descriptor, $0, $1) }
            listen(listener, 0)
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            }
            port = Int(in_port_t(bigEndian: address.sin_port))
            for _ in 0..<4 {
                let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
                _ = RawSocket.withLoopback(port: port) { connect(client, $0, $1) }
                filling.withLock { $0.append(client) }
            }
        }

        /// Accepts from now on, and serves what is no filling.
        func free(_ serve: @escaping @Sendable (RawSocket) throws -> Void) {
            filling.withLock { for descriptor in $0 { close(descriptor) } }
            onThread { [listener] in
                while true {
                    let descriptor = accept(listener, nil, nil)
                    guard descriptor >= 0 else { return }
                    onThread { try? serve(RawSocket(descriptor: descriptor)) }
                }
            }
        }

        func stop() { shutdown(listener, CInt(SHUT_RDWR)) }
    }

    /// A reset while connecting: the backend was killed with the connection in its queue. Seldom, so not tried with a real one.
    @Test(arguments: [(ECONNREFUSED, true), (ECONNRESET, true), (ETIMEDOUT, false), (EHOSTUNREACH, false)])
    func aRequestWaitsForABackendThatHasEnded(code: CInt, waits: Bool) {
        #expect(FrontConnection.meansNobodyListens(IOError(errnoCode: code, reason: "connect")) == waits)
    }

    /// A drain gives up on a connection that is still being made. When it comes after all, it must not get the request that has
    /// gone to another backend meanwhile.
    @Test func aConnectionThatWasGivenUpIsNotUsedWhenItComes() async throws {
        try await GatewayFixture.with({ $0.connectTime = .seconds(60) }) { fixture in
            let (old, new) = (StuckBackend(), StuckBackend())
            defer { old.stop(); new.stop() }
            let ids = [GatewayFixture.id(1), GatewayFixture.id(2)]
            for (id, backend) in zip(ids, [old, new]) {
                fixture.gateway.add(id, at: BackendAddress(host: "127.0.0.1", port: backend.port))
            }
            fixture.gateway.switchTraffic(to: ids[0], fallback: nil)
            let socket = try fixture.connect()
            try socket.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
            let isConnecting = await eventually { fixture.totals.inFlight == 1 }
            #expect(isConnecting)
            fixture.gateway.switchTraffic(to: ids[1], fallback: nil)
            #expect(await fixture.gateway.drain(ids[0], within: .milliseconds(50)) == .cut(inFlight: 1))
            let ended = Mutex(0)
            let requests = Mutex<[String]>([])
            old.free { connection in
                do { requests.withLock { $0.append("old") }; _ = try connection.receiveHead() } catch {
                    ended.withLock { $0 += 1 }
                }
            }
            let isGivenUp = await eventually {
                ended.withLock { $0 } > 0 && ended.withLock { $0 } == requests.withLock { $0.count }
            }
            #expect(isGivenUp)
            new.free { connection in
                let request = try connection.receiveRequest()
                try connection.send(ok("new " + request.text))
            }
            #expect(try socket.receiveResponse().text == "new hi")
        }
    }
}
