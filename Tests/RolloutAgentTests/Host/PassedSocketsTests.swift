import Hosts
import Logging
import RolloutCore
import Testing

@testable import RolloutAgent

/// Which listener gets which of the sockets that systemd passed on.
@Suite struct PassedSocketsTests {
    private func sockets(_ sockets: (name: String, host: String, port: Int)...) -> PassedSockets {
        let passed = sockets.enumerated().map { index, socket in
            ListenSocket(descriptor: Int32(index + 3), name: socket.name, host: socket.host, port: socket.port)
        }
        return PassedSockets(passed, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func app(_ name: AppName, _ address: String?) -> AppSection {
        AppSection(name: name, listen: address.flatMap { ListenAddress($0) })
    }

    @Test func withoutNamesTheAddressDecides() {
        // As one socket unit with several ListenStream= passes them: all have the unit's name.
        var sockets = sockets(
            ("wasmrollout.socket", "0.0.0.0", 8081), ("wasmrollout.socket", "127.0.0.1", 9180),
            ("wasmrollout.socket", "0.0.0.0", 8080))
        #expect(sockets.take(for: app("one", "0.0.0.0:8080")) == 5)
        #expect(sockets.take(for: app("two", "0.0.0.0:8081")) == 3)
        #expect(sockets.takeAdmin(ListenAddress(host: "127.0.0.1", port: 9180)) == 4)
    }

    @Test func aNameGoesBeforeAnAddress() {
        var sockets = sockets(("two", "0.0.0.0", 8080), ("one", "0.0.0.0", 8081))
        #expect(sockets.take(for: app("one", "0.0.0.0:8080")) == 4)
        #expect(sockets.take(for: app("two", "0.0.0.0:8081")) == 3)
    }

    @Test func allAddressesOfBothKindsAreTheSameOnes() {
        var sockets = sockets(("x", "::", 8080))
        #expect(sockets.take(for: app("one", "0.0.0.0:8080")) == 3)
    }

    @Test func aSocketIsGivenOnceAndNobodyGetsAnothersAddress() {
        var sockets = sockets(("x", "192.0.2.1", 8080), ("y", "", 0))
        #expect(sockets.take(for: app("one", "192.0.2.2:8080")) == nil)
        #expect(sockets.take(for: app("one", "192.0.2.1:8081")) == nil)
        // Not a wish for any port, and no TCP socket.
        #expect(sockets.take(for: app("one", "192.0.2.1:0")) == nil)
        #expect(sockets.take(for: app("one", nil)) == nil)
        #expect(sockets.take(for: app("one", "192.0.2.1:8080")) == 3)
        #expect(sockets.take(for: app("two", "192.0.2.1:8080")) == nil)
    }
}
