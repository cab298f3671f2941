import NIOCore
import NIOPosix
import RolloutTesting
import Testing

@testable import RolloutAgent

/// The operators' listener, as any client may treat it.
@Suite struct AdminServerTests {
    private func withServer(idle: TimeAmount = AdminServer.idleTime, _ body: @escaping @Sendable (Int) throws -> Void)
        async throws
    {
        let server = try await AdminServer.start(
            on: ListenAddress(host: "127.0.0.1", port: 0), descriptor: nil, group: MultiThreadedEventLoopGroup.singleton,
            idleTime: idle
        ) { request in .text(200, request.path) }
        let port = server.address.port
        let result = await offLoop { Result { try body(port) } }
        await server.stop()
        try result.get()
    }

    @Test func answersOneRequestAfterTheOther() async throws {
        try await withServer { port in
            let socket = try RawSocket.connect(port: port)
            for path in ["/a", "/b?c"] {
                let answer = try socket.ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(answer.status == 200 && answer.text == path.prefix(2) + "\n")
            }
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    ])
    func closesBehindWhatItsParserReadsNothingMoreBehind(request: String) async throws {
        try await withServer { port in
            let socket = try RawSocket.connect(port: port)
            let answer = try socket.ask(request + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.status == 200 && answer["connection"] == "close")
            do throws(RawSocket.Ending) { #expect(try socket.receiveToEnd().isEmpty) } catch { #expect(error == .broken(104)) }
        }
    }

    @Test func closesConnectionsThatSayNothing() async throws {
        try await withServer(idle: .milliseconds(200)) { port in
            let silent = try RawSocket.connect(port: port)
            #expect(try silent.receiveToEnd().isEmpty)
            let slow = try RawSocket.connect(port: port)
            try slow.send("GET / HT")
            #expect(try slow.receiveToEnd().isEmpty)
        }
    }
}
