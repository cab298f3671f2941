import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import RolloutCore
import RolloutSystem
import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The embedded host's own process. Looks like Spin from outside (output, health, routes, WAGI), with two differences:
/// it drains on SIGTERM, and it bounds what a guest may take (`WagiLimits`).
package final class WagiServer: Sendable {
    let plan: WagiPlan
    let table: RouteTable
    let queue: EngineQueue
    private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(plan: WagiPlan, launcher: any ProcessLauncher, inherited: [String: String]) {
        self.plan = plan
        table = RouteTable(plan.triggers.map(\.route))
        queue = EngineQueue(plan: plan, launcher: launcher, inherited: inherited)
    }

    /// Serves until it is asked to stop, then finishes what is in flight; returns the exit code.
    ///
    /// - Parameter arguments: the path of the plan, nothing else.
    package static func run(
        _ arguments: [String], launcher: any ProcessLauncher, inherited: [String: String]
    ) async -> Int32 {
        // A guest that closes its input early must not end the host.
        signal(SIGPIPE, SIG_IGN)
        guard arguments.count == 1, let data = try? Data(contentsOf: URL(filePath: arguments[0])),
            let plan = try? JSONDecoder().decode(WagiPlan.self, from: data)
        else {
            report("Error: the plan cannot be read")
            return 1
        }
        let stop = stopSignal()
        let server = WagiServer(plan: plan, launcher: launcher, inherited: inherited)
        do {
            let listener = try await server.bind()
            server.announce(port: listener.localAddress?.port ?? 0)
            await stop.value
            try? await listener.close()
            await server.drain()
            return 0
        } catch {
            report("Error: Unable to listen on \(plan.listenHost): \(error)")
            return 1
        }
    }

    static func report(_ line: String) { _ = try? FileDescriptor.standardError.writeAll((line + "\n").utf8) }

    /// Known when the process was asked to stop.
    private static func stopSignal() -> Eventual<Void> {
        let stop = Eventual<Void>()
        StopSignals.shared.observe { _ in stop.fulfill(()) }
        return stop
    }

    private func bind() async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                register(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(WagiHandler(server: self))
                }
            }
            .bind(host: plan.listenHost, port: 0).get()
    }

    private func register(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        connections.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in connections.withLock { $0[id] = nil } }
    }

    /// The same lines as Spin's, in one write.
    private func announce(port: Int) {
        let base = "http://\(BackendAddress(host: plan.listenHost, port: port))"
        var lines = ["", "Serving \(base)", "Available Routes:"]
        for trigger in plan.triggers {
            let route = Route(trigger.route)
            lines.append("  \(trigger.id): \(base)\(route.basedPrefix)\(route.isWildcard ? " (wildcard)" : "")")
        }
        _ = try? FileDescriptor.standardOutput.writeAll((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// Idle connections close at once, the others after the answer they wait for; all of them when the time is up.
    private func drain() async {
        let deadline = ContinuousClock.now + .milliseconds(plan.limits.drainMilliseconds)
        // Each is told once (NIO takes a second time for a bug); one that was being accepted may turn up late.
        var told: Set<ObjectIdentifier> = []
        while ContinuousClock.now < deadline {
            let open = connections.withLock { $0 }
            if open.isEmpty { return }
            for (id, channel) in open where told.insert(id).inserted {
                channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
