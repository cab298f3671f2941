import Foundation
import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The listening socket belongs to somebody else, as it does under systemd.
    @Suite struct SocketActivationTests {
        /// A listening socket on loopback at a port of the system's choice.
        private func listenSocket() throws -> (descriptor: Int32, port: Int) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, length) == 0 && listen(descriptor, 128) == 0
                        && getsockname(descriptor, address, &length) == 0
                }
            }
            try #require(bound)
            return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
        }

        @Test func connectionsWaitWhileTheAgentIsExchangedAndNoneIsRefused() async throws {
            let (descriptor, port) = try listenSocket()
            defer { close(descriptor) }
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                let host = TestHost(volume)
                let release = try await volume.publish(.serving("v1"), label: "v1").release
                let first = try host.launch(passing: descriptor)
                #expect(await first.answers(), "\(first.log)")
                #expect(await first.settles(on: release), "\(first.log)")
                #expect(await first.status()?.gateway == "127.0.0.1:\(port)")
                #expect(await first.stop() == .exited(0))
                // Nobody runs: the connection is taken by the system, and the request waits in it.
                let waiting = try RawSocket.connect(port: port, timeout: .seconds(60))
                defer { waiting.close() }
                try waiting.send("GET / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
                let second = try host.launch(passing: descriptor)
                #expect(await offLoop { try? waiting.receiveResponse().text } == "v1", "\(second.log)")
                // No child may hold the socket: it would keep the address after everybody is gone.
                let socket = link("/proc/self/fd/\(descriptor)")
                #expect(holds(second.processID, socket))
                let backends = try children(of: second.processID)
                #expect(!backends.isEmpty)
                #expect(!backends.contains { holds($0, socket) })
                #expect(await second.stop() == .exited(0))
                await endAll(of: home)
            }
        }

        private func children(of process: Int32) throws -> [Int32] {
            let files = LinuxFileSystem()
            // Each thread lists its own.
            return try files.list(FilePath("/proc/\(process)/task"), limit: 1000, for: .userRead).flatMap { thread in
                let path = FilePath("/proc/\(process)/task/\(thread)/children")
                let bytes = try files.readAll(path, limit: 4096, for: .userRead)
                return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
            }
        }

        private func holds(_ process: Int32, _ socket: String?) -> Bool {
            socket != nil && (0..<64).contains { link("/proc/\(process)/fd/\($0)") == socket }
        }

        /// What a link names.
        private func link(_ path: String) -> String? { try? FileManager.default.destinationOfSymbolicLink(atPath: path) }
    }
}
