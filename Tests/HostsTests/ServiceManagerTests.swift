import Glibc
import Logging
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Hosts

/// A datagram socket as systemd holds one.
private final class NotifySocket {
    let descriptor: Int32

    init(_ path: FilePath) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.string.utf8)) }
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(result == 0, "no socket at \(path): error \(errno)")
    }

    deinit { close(descriptor) }

    /// The next message; empty when none comes.
    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}

@Suite struct ServiceManagerTests {
    private func lifecycle(_ environment: [String: String]) -> InstanceLifecycle {
        let profile = HostProfile(kind: .instance, id: "host-1", source: .machine)
        return InstanceLifecycle(
            profile, environment: environment, files: LinuxFileSystem(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func systemdIsToldEverythingByItsOwnProtocol() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("notify")
            let socket = NotifySocket(path)
            let lifecycle = lifecycle(["NOTIFY_SOCKET": path.string, "WATCHDOG_USEC": "8000000", "WATCHDOG_PID": "\(getpid())"])
            #expect(lifecycle.heartbeat == .seconds(2))
            await lifecycle.ready()
            #expect(socket.receive() == "READY=1")
            await lifecycle.deciding()
            #expect(socket.receive() == "WATCHDOG=1")
            await lifecycle.describe("shop serves\nMAINPID=1")
            #expect(socket.receive() == "STATUS=shop serves MAINPID=1")
            await lifecycle.stopping(within: .seconds(120))
            #expect(socket.receive() == "STOPPING=1\nSTATUS=Finishes the requests in flight\nEXTEND_TIMEOUT_USEC=120000000")
        }
    }

    @Test func aWatchdogThatIsMeantForAnotherProcessIsNotFed() {
        #expect(lifecycle(["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "8000000", "WATCHDOG_PID": "1"]).heartbeat == nil)
        #expect(lifecycle(["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "many"]).heartbeat == nil)
        #expect(lifecycle(["NOTIFY_SOCKET": "/run/x"]).heartbeat == nil)
    }

    @Test(arguments: [
        nil, "", "relative", "/nonexistent/socket", "/" + String(repeating: "x", count: 300), "@nobody-listens-here",
    ])
    func aManagerThatCannotBeReachedStopsNothing(path: String?) async {
        let lifecycle = lifecycle(path.map { ["NOTIFY_SOCKET": $0] } ?? [:])
        await lifecycle.ready()
        await lifecycle.stopping(within: .seconds(1))
    }
}
