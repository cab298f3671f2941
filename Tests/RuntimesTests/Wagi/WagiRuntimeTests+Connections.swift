import Foundation
import RolloutCore
import RolloutTesting
import Testing

@testable import Runtimes

/// What a connection to the embedded host may count on.
extension WagiRuntimeTests {
    /// NIO's parser reads nothing more behind such a request, so the connection must not look as if it did.
    @Test func answersARequestToSwitchProtocolsAsAnyOtherAndCloses() async throws {
        try await withHost { _, address in
            let upgrade = "connection: upgrade\r\nupgrade: websocket\r\n"
            for body in [[], Array("some content".utf8)] {
                let connection = try RawConnection(address)
                let length = body.isEmpty ? "" : "content-length: \(body.count)\r\n"
                let path = body.isEmpty ? "GET /" : "POST /echo"
                await connection.send("\(path) HTTP/1.1\r\nhost: t\r\n\(upgrade)\(length)\r\n", body)
                let answer = RawAnswer(await connection.readToEnd())
                #expect(answer?.status == 200)
                #expect(answer?.head.lowercased().contains("connection: close") == true)
                #expect(answer?.body == (body.isEmpty ? Array("hello from v1\n".utf8) : body))
            }
        }
    }

    @Test func endsTheGuestOfAClientThatLeft() async throws {
        try await withHost { backend, address in
            var connection: RawConnection? = try RawConnection(address)
            await connection?.send("GET /slow?ms=60000 HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(await eventually { !LiveProcesses.children(of: backend.processID).isEmpty })
            connection = nil
            #expect(await eventually { LiveProcesses.children(of: backend.processID).isEmpty })
            #expect(try await ask(address, "/")?.status == 200)
            // Nobody was failed.
            #expect(!backend.outputTail().contains { $0.contains("failed a request") })
        }
    }

    /// It would take an engine from those that still wait.
    @Test func startsNoGuestForAClientThatLeftTheQueue() async throws {
        try await withTemporaryDirectory { root in
            let engine = try GatedEngine(in: root)
            try await withHost(engine: engine.path, limits: { $0.concurrency = 1 }) { backend, address in
                async let first = ask(address, "/")
                #expect(await engine.isRunning())
                var leaving: RawConnection? = try RawConnection(address)
                await leaving?.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                leaving = nil
                async let last = ask(address, "/")
                engine.open()
                #expect(try await first?.text == "through the gate")
                #expect(try await last?.text == "through the gate")
                #expect(!backend.outputTail().contains { $0.contains("failed a request") })
            }
        }
    }
}
