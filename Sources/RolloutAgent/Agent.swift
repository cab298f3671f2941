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
    package init(
        configuration: AgentConfiguration, environment: [String: String], clock: any HostClock = SystemClock(), logger: Logger
    ) async throws(AgentError) {
        self.logger = logger
        let place = await HostPlace.find(configuration.host, environment: environment, logger: logger)
        // Before much else opens descriptors: the library behind it cannot use high ones.
        if place.platform == nil { _ = LocalEvents.shared }
        do throws(AgentError) {
            self.host = try await AgentHost(
                configuration: configuration, at: place, environment: environment, clock: clock, logger: logger)
        } catch {
            await place.platform?.fail(error)
            throw error
        }
    }

    /// Tells the platform, where there is one, that the agent cannot even be configured.
    package static func reportUnusable(_ reason: String, environment: [String: String]) async {
        guard let api = ExtensionsAPI(environment: environment), let platform = try? await RegisteredExtension.register(api)
        else {
            return
        }
        await platform.fail(AgentError(.configuration, reason))
    }

    /// Runs until cancelled, or until a signal asks to stop; then drains and stops. A second signal hastens that: the gateways wait no more
    /// for load balancers, and a second at most for requests in flight.
    ///
    /// - Parameter signals: `nil`: none is heeded.
    package func run(until signals: StopSignals? = nil) async throws {
        let haste = Eventual<Void>()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services(haste), gracefulShutdownSignals: [], logger: quiet))
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
        // Where it runs beside requests only, one of them would have to read back what it needs.
        let tidying = host.function == nil ? Task { [apps = host.apps] in await MemoryTidying(apps: apps).run() } : nil
        defer { tidying?.cancel() }
        try await group.run()
        for app in host.apps { await app.store.close() }
        logger.info("Agent stopped", metadata: ["host": "\(host.profile.id)"])
        await host.watch.lifecycle.stopped()
    }

    private func services(_ haste: Eventual<Void>) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let gateways = GatewaysService(apps: host.apps, haste: haste)
        guard let function = host.function else {
            var services: [any Service] = [
                host.admin, host.hints, host.watcher, host.reporter, AppsService(apps: host.apps), gateways,
                HostService(watch: host.watch),
            ]
            services += host.apps.map(\.fallback)
            services += host.apps.compactMap(\.coordinator)
            return services.map { .init(service: $0) }
        }
        // Nothing here runs by itself: whatever is done is done in a turn.
        let services: [any Service] = [host.admin, AppsService(apps: host.apps), gateways]
        let driver = FunctionService(host: function, budget: host.profile.shutdownBudget)
        return services.map { .init(service: $0) } + [
            .init(
                service: driver, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        ]
    }

    /// The service group's own messages are about services, not about releases.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
