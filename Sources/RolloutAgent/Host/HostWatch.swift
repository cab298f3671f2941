import Gateway
import Hosts
import Logging
import RolloutCore

/// Stands between the agent and its host's lifecycle: says when it is ready, how it is and that it stops, and hears what is to come.
struct HostWatch: Sendable {
    let lifecycle: any HostLifecycle
    let apps: [HostedApp]
    let watcher: VolumeWatcher
    let reporter: StatusReporter
    let departure: HostDeparture
    let logger: Logger

    /// How long a host that starts may take to serve again what it served before, until it is called ready anyway.
    private static let readinessLimit: Duration = .seconds(60)

    /// Works until cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await self.describe() }
            group.addTask { await self.lifecycle.follow { notice in await self.take(notice) } }
            if let interval = lifecycle.heartbeat {
                let beat = Heartbeat(interval: interval, loops: loops, lifecycle: lifecycle)
                group.addTask { await beat.beat() }
            }
        }
    }

    /// Everything that looks, decides or serves.
    private var loops: [@Sendable (@escaping @Sendable () -> Void) -> Void] {
        [watcher.pulse]
            + apps.flatMap { app in
                [app.agent.pulse] + (app.gateway.map { [$0.pulse] } ?? [])
            }
    }

    private func describe() async {
        let bell = Doorbell()
        for app in apps { app.agent.observe { bell.ring() } }
        let deadline = ContinuousClock.now + Self.readinessLimit
        var wasReady = false
        var said = ""
        var wasSwitching = false
        while !Task.isCancelled {
            let words = reporter.statuses().map(\.words).joined(separator: ", ")
            if words != said { await lifecycle.describe(words) }
            said = words
            let isSwitching = apps.contains { $0.agent.view.deployment.isSwitching }
            if isSwitching != wasSwitching { await lifecycle.switching(isSwitching) }
            wasSwitching = isSwitching
            if !wasReady, apps.allSatisfy(isSettled) || ContinuousClock.now >= deadline {
                await lifecycle.ready()
                wasReady = true
            }
            await bell.wait(atMost: wasReady ? .seconds(3600) : .seconds(1))
        }
    }

    /// Whether what it served before serves again, or is known not to come up by itself.
    private func isSettled(_ app: HostedApp) -> Bool {
        let view = app.agent.view
        // The record: before its first event the deployment itself has no roles yet.
        guard view.deployment.record.serving != nil else { return true }
        return view.isReady || view.deployment.serving?.failures ?? 0 > 0
    }

    private func take(_ notice: HostNotice) async {
        switch notice {
        case .leave(let reason, let deadline):
            logger.notice(
                "The host will be taken away; it takes no more traffic",
                metadata: ["reason": "\(reason)", "deadline": "\(deadline.map { "\($0)" } ?? "unknown")"])
            reporter.noteLeaving(reason)
            departure.begin(reason)
        case .stay:
            logger.notice("The host stays after all; it takes traffic again")
            departure.callOff()
            reporter.noteLeaving(nil)
        }
    }
}
