import Logging
import RolloutCore
import RolloutTesting
import Testing

@testable import Gateway

/// A gateway on a port of its own, with backends that a test makes.
struct GatewayFixture {
    let gateway: Gateway

    var port: Int { gateway.address.port }

    static func id(_ number: UInt64, release: UInt8 = 1) -> BackendID {
        BackendID(release: Digest(bytes: [UInt8](repeating: release, count: 32)), generation: number)
    }

    /// Runs `body` with a gateway and stops it afterwards.
    static func with(
        _ change: (inout GatewayConfiguration) -> Void = { _ in },
        logger: Logger = Logger(label: "gateway", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: @Sendable (GatewayFixture) async throws -> Void
    ) async throws {
        var configuration = GatewayConfiguration(hostName: "test-host")
        configuration.host = "127.0.0.1"
        configuration.port = 0
        change(&configuration)
        let fixture = GatewayFixture(gateway: Gateway(configuration: configuration, logger: logger))
        do {
            try await fixture.gateway.start()
            try await withTaskExecutorPreference(BlockingExecutor()) { try await body(fixture) }
        } catch {
            await fixture.gateway.stop()
            throw error
        }
        await fixture.gateway.stop()
    }

    /// Makes a backend known and gives it the traffic.
    @discardableResult
    func serve(_ backend: RawBackend, as number: UInt64 = 1, fallback: BackendID? = nil) -> BackendID {
        let id = Self.id(number)
        gateway.add(id, at: BackendAddress(host: "127.0.0.1", port: backend.port))
        gateway.switchTraffic(to: id, fallback: fallback)
        return id
    }

    /// Makes a backend known without traffic.
    func warm(_ backend: RawBackend, as number: UInt64) -> BackendID {
        let id = Self.id(number)
        gateway.add(id, at: BackendAddress(host: "127.0.0.1", port: backend.port))
        return id
    }

    func connect(receiveBuffer: CInt? = nil) throws -> RawSocket {
        try RawSocket.connect(port: port, receiveBuffer: receiveBuffer)
    }

    /// Asks on a connection of its own.
    func ask(_ request: String) throws -> RawMessage { try connect().ask(request) }

    /// What the releases together counted.
    var totals: GatewayMetrics.Release { gateway.metrics().releases.values.first ?? .init() }
}

func get(_ target: String = "/", _ fields: String = "") -> String { "GET \(target) HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n" }

func ok(_ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
