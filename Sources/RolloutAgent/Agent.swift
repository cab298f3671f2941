import Logging
import NIOPosix
import RolloutCore
import RolloutSystem
import ServiceLifecycle
import UnixSignals

/// One host's agent: any number of apps off one volume.
///
/// Services are stopped in reverse order: the gateways first, so that every request in flight is finished before its backend is
/// stopped, the admin listener last, so that health checks get an answer to the end.
package struct Agent: Sendable {
    let host: AgentHost
    private let logger: Logger

    /// Takes the local store, sweeps what a killed agent left, and binds the listeners.
    package init(configuration: AgentConfiguration, environment: [String: String], logger: Logger) async throws(AgentError) {
        self.logger = logger
        self.host = try await AgentHost(configuration: configuration, environment: environment, logger: logger)
    }

    /// Runs until SIGTERM or SIGINT, then drains and stops.
    package func run() async throws {
        var services: [any Service] = [host.admin, host.hints, host.watcher, host.reporter]
        services += host.apps.map { AppService(app: $0) }
        services += host.apps.compactMap { app in
            app.gateway.map { GatewayService(gateway: $0, app: app.section, reporter: host.reporter) }
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        logger.info(
            "Agent runs",
            metadata: [
                "host": "\(host.id)", "admin": "\(host.admin.address)", "apps": "\(host.apps.map { "\($0.section.name)" })",
            ])
        let tidying = Task {
            // After the first backend is up, as far as one is wanted.
            do { try await Task.sleep(for: .seconds(10)) } catch { return }
            ProgramText.releaseUnused()
        }
        defer { tidying.cancel() }
        try await group.run()
        logger.info("Agent stopped", metadata: ["host": "\(host.id)"])
    }

    /// The service group's own messages are about services, not about releases.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
