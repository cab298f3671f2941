import Gateway
import Hosts
import RolloutSystem
import ServiceLifecycle

/// Runs the apps' deployments; at shutdown their backends are stopped.
struct AppsService: Service {
    let apps: [HostedApp]

    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                for app in apps { group.addTask { await app.agent.run() } }
            }
        } onGracefulShutdown: {
            for app in apps { app.agent.stop() }
        }
    }
}

/// Holds the gateways open; at shutdown they finish what is in flight, all at the same time.
struct GatewaysService: Service {
    let apps: [HostedApp]
    /// Known when somebody asks to stop a second time.
    let haste: Eventual<Void>

    /// What requests in flight get then.
    private static let hastened: Duration = .seconds(1)

    func run() async throws {
        try? await gracefulShutdown()
        await withTaskGroup { group in
            for app in apps {
                guard let gateway = app.gateway else { continue }
                group.addTask {
                    let quiescing = Task {
                        await gateway.quiesce(accepting: app.stopping.pause, within: app.stopping.drain)
                    }
                    haste.whenKnown {
                        quiescing.cancel()
                        gateway.hasten(within: Self.hastened)
                    }
                    await quiescing.value
                }
            }
        }
    }
}

/// Tells the host what becomes of the agent. The first to hear of a shutdown, so readiness ends before anything else does.
struct HostService: Service {
    let watch: HostWatch

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch.run() }
        watch.reporter.noteStopping()
        await watch.lifecycle.stopping(within: watch.longestStop)
    }
}

extension HostWatch {
    /// How long a shutdown may take: deregistration, drain, the backends' end, and the last status.
    var longestStop: Duration { (apps.map(\.stopping.total).max() ?? .zero) + .seconds(15) }
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

extension FallbackCheck: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.check() }
    }
}

extension FleetCoordinator: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown { await self.coordinate() }
    }
}

extension AdminService: Service {
    func run() async throws {
        try? await gracefulShutdown()
        await stop()
    }
}
