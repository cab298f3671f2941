import Hosts
import Logging
import NIOPosix
import RolloutCore
import RolloutSystem
import ServiceLifecycle

/// One host's agent: any number of apps off one volume.
///
/// Services are stopped in reverse order: readiness ends first, then the gateways finish every request in flight before its backend is
/// stopped, the admin listener is last, so that health checks get an answer to the end.
package struct Agent: Sendable {
    let host: AgentHost
    private let logger: Logger

    /// Takes the local store, sweeps what a killed agent left, and binds the listeners.
    package init(configuration: AgentConfiguration, environment: [String: String], logger: Logger) async throws(AgentError) {
        self.logger = logger
        self.host = try await AgentHost(configuration: configuration, environment: environment, logger: logger)
    }

    /// Runs until cancelled, or until a signal asks to stop; then drains and stops. A second signal hastens that: the gateways wait no more
    /// for load balancers, and a second at most for requests in flight.
    ///
    /// - Parameter signals: `nil`: none is heeded.
    package func run(until signals: StopSignals? = nil) async throws {
        let haste = Eventual<Void>()
        var services: [any Service] = [host.admin, host.hints, host.watcher, host.reporter]
        services += [
            AppsService(apps: host.apps), GatewaysService(apps: host.apps, haste: haste), HostService(watch: host.watch),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [], logger: quiet))
        signals?.observe { [logger] count in
            logger.notice(count > 1 ? "Asked to stop again; hastening" : "Asked to stop")
            if count > 1 { haste.fulfill(()) }
            Task { await group.triggerGracefulShutdown() }
        }
        logger.info(
            "Agent runs",
            metadata: [
                "host": "\(host.profile.id)", "admin": "\(host.admin.address)",
                "apps": "\(host.apps.map { "\($0.section.name)" })",
            ])
        let tidying = Task {
            // After the first backend is up, as far as one is wanted.
            do { try await Task.sleep(for: .seconds(10)) } catch { return }
            ProgramText.releaseUnused()
        }
        defer { tidying.cancel() }
        try await group.run()
        logger.info("Agent stopped", metadata: ["host": "\(host.profile.id)"])
        await host.watch.lifecycle.stopped()
    }

    /// The service group's own messages are about services, not about releases.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
