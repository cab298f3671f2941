import Glibc
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import Gateway

/// Each direction of a tunnel ends by itself.
@Suite struct TunnelTests {
    /// The backend has said all, and the client, too: what the client said is still on its way.
    @Test func passesOnWhatTheClientSentBeforeBothSidesEnded() async throws {
        let size = 24 << 20
        try await GatewayFixture.with({
            $0.pendingBytes = 2 * size; $0.holdTime = .seconds(600)
        }) { fixture in
            let hasEnded = Flag()
            let received = Atomic<Int>(0)
            let backend = RawBackend { connection, _ in
                connection.closeOutput()
                while !hasEnded.isRaised { usleepBriefly() }
                while true { received.add(try connection.receive().count, ordering: .relaxed) }
            }
            defer { hasEnded.raise(); backend.stop() }
            let socket = try fixture.connect()
            let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            // Nobody serves yet, so all of it waits at the gateway, with the client's end.
            try socket.send(preface + [UInt8](repeating: 1, count: size))
            socket.closeOutput()
            #expect(await eventually { isReadToItsEnd(socket, at: fixture.port) })
            fixture.serve(backend)
            // The backend's end comes through while the client's bytes are stuck.
            #expect(try socket.receiveToEnd().isEmpty)
            hasEnded.raise()
            let isAllThere = await eventually { received.load(ordering: .relaxed) == size + preface.count }
            #expect(isAllThere, "\(received.load(ordering: .relaxed)) of \(size + preface.count)")
            let isOver = await eventually { fixture.totals.inFlight == 0 }
            #expect(isOver)
        }
    }

    /// The client has said all, and the backend, too: what the backend said is still on its way.
    @Test func passesOnWhatTheBackendSentBeforeBothSidesEnded() async throws {
        let size = 8 << 20
        try await GatewayFixture.with { fixture in
            let backend = RawBackend { connection, _ in
                _ = try connection.receiveToEnd()
                try connection.send([UInt8](repeating: 1, count: size))
            }
            defer { backend.stop() }
            fixture.serve(backend)
            let socket = try fixture.connect(receiveBuffer: 4096)
            try socket.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            socket.closeOutput()
            // Slower than the backend sends, so that something always waits for this client: at the backend's end, too.
            var received = 0
            do throws(RawSocket.Ending) {
                while true {
                    received += try socket.receive().count
                    usleepBriefly()
                }
            } catch {
                #expect(error == .ended)
            }
            #expect(received == size)
            let isOver = await eventually { fixture.totals.inFlight == 0 }
            #expect(isOver)
            #expect(fixture.totals.truncated == 0 && fixture.totals.abandoned == 0)
        }
    }

    /// Whether the gateway has read all that this client sent, and its end: both count as unread until then.
    private func isReadToItsEnd(_ client: RawSocket, at gateway: Int) -> Bool {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(client.descriptor, $0, &length) }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        // In steps, whatever its size: `FileManager` reads the first page of it.
        guard let table = try? LinuxFileSystem().readAll("/proc/net/tcp", limit: 1 << 24, for: .userRead) else { return false }
        return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            // Its number, own address, the other's, state, what waits to be sent and to be read.
            guard fields.count > 4 else { return false }
            return fields[1].hasSuffix(hex(gateway)) && fields[2].hasSuffix(hex(port)) && fields[4].hasSuffix(":00000000")
        }
    }

    private func hex(_ port: Int) -> String {
        let digits = String(port, radix: 16, uppercase: true)
        return ":" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
