import Gateway
import ServiceLifecycle

/// Runs an app's deployment; at shutdown its backends are stopped.
struct AppService: Service {
    let app: HostedApp

    func run() async throws {
        await withGracefulShutdownHandler {
            await app.agent.run()
        } onGracefulShutdown: {
            app.agent.stop()
        }
    }
}

/// Holds an app's gateway open; at shutdown it finishes what is in flight.
struct GatewayService: Service {
    let gateway: Gateway
    let app: AppSection
    let reporter: StatusReporter

    func run() async throws {
        try? await gracefulShutdown()
        reporter.noteStopping()
        await gateway.quiesce(accepting: app.gateway.deregistration, within: app.drain)
    }
}

extension VolumeWatcher: Service {
    /// Nothing to finish: a poll that hangs is left behind.
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.watch() }
    }
}

extension LocalHints: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.follow() }
    }
}

extension StatusReporter: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.report() }
        await writeLast()
    }
}

extension AdminService: Service {
    func run() async throws {
        try? await gracefulShutdown()
        await stop()
    }
}
