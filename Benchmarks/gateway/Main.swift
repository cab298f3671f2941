import Gateway
import Logging
import RolloutCore

/// A gateway alone, in front of one backend, for measuring: `gateway-bench PORT BACKEND-PORT [THREADS]`.
@main struct Main {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count >= 2 else { return print("usage: gateway-bench PORT BACKEND-PORT [THREADS]") }
        var configuration = GatewayConfiguration(hostName: "bench")
        configuration.host = "127.0.0.1"
        configuration.port = numbers[0]
        configuration.threads = numbers.count > 2 ? numbers[2] : 1
        let gateway = Gateway(configuration: configuration, logger: Logger(label: "gateway-bench"))
        try await gateway.start()
        let backend = BackendID(release: Digest(bytes: [UInt8](repeating: 0xab, count: 32)), generation: 1)
        gateway.add(backend, at: BackendAddress(host: "127.0.0.1", port: numbers[1]))
        gateway.switchTraffic(to: backend, fallback: nil)
        for await event in gateway.events { print(event) }
    }
}
