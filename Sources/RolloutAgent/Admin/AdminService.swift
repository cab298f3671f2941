import Gateway
import NIOPosix
import ReleaseStore
import RolloutCore
import RolloutSystem

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the admin listener answers: `/livez`, `/readyz`, `/status`, `/metrics`, and `POST /poke`.
final class AdminService: Sendable {
    private let server: AdminServer

    /// The bound address.
    var address: ListenAddress { server.address }

    init(
        listen: ListenAddress, descriptor: Int32?, reporter: StatusReporter, apps: [HostedApp], watcher: VolumeWatcher
    ) async throws(AgentError) {
        let metrics = AgentMetrics(apps: apps, reporter: reporter, watcher: watcher)
        do {
            self.server = try await AdminServer.start(
                on: listen, descriptor: descriptor, group: MultiThreadedEventLoopGroup.singleton
            ) { request in
                Self.respond(request, reporter: reporter, watcher: watcher, metrics: metrics)
            }
        } catch {
            throw AgentError(
                .unavailable,
                "Could not listen on \(listen) for the admin address: \(error). Free the port, or set another one as admin.listen."
            )
        }
    }

    func stop() async { await server.stop() }

    private static func respond(
        _ request: AdminServer.Request, reporter: StatusReporter, watcher: VolumeWatcher, metrics: AgentMetrics
    ) -> AdminServer.Response {
        switch (request.method, request.path) {
        case ("GET", "/livez"), ("HEAD", "/livez"): return .text(200, "ok")
        case ("GET", "/readyz"), ("HEAD", "/readyz"): return readiness(reporter)
        case ("GET", "/status"): return status(reporter)
        case ("GET", "/metrics"):
            return AdminServer.Response(
                status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.page())
        case ("POST", "/poke"):
            watcher.hint()
            return .text(202, "looking")
        case (_, "/poke"), (_, "/livez"), (_, "/readyz"), (_, "/status"), (_, "/metrics"):
            return .text(405, "Could not \(request.method) \(request.path): use \(request.path == "/poke" ? "POST" : "GET").")
        default: return .text(404, "Could not find \(request.path): there are /livez, /readyz, /status, /metrics and /poke.")
        }
    }

    /// 200 when every app can answer requests and the host is not stopping; else 503 with the reasons.
    private static func readiness(_ reporter: StatusReporter) -> AdminServer.Response {
        let unready = reporter.statuses().filter { $0.health != .ready }
        guard !unready.isEmpty else { return .text(200, "ready") }
        return .text(503, unready.map { "\($0.app): \($0.health.rawValue). \($0.note)" }.joined(separator: "\n"))
    }

    private static func status(_ reporter: StatusReporter) -> AdminServer.Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(["apps": reporter.statuses()]) else {
            return .text(500, "Could not encode the status.")
        }
        return .json(String(decoding: bytes, as: UTF8.self))
    }
}
