import Hosts
import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem

/// Looks whether the volume's logs are the ones this host has followed so far.
enum LogCheck {
    static func run(_ configuration: AgentConfiguration, on host: HostProfile) async -> [HealthCheck] {
        let lane = BlockingLane("doctor log", path: configuration.volume.path)
        let store = configuration.store.path(on: host)
        let found = try? await lane.run(within: configuration.volume.deadline, for: .recordRead) { () throws(FileError) in
            configuration.apps.compactMap { app -> HealthCheck? in
                let log = OtherLog(
                    root: configuration.volume.path.resolvingLinks(),
                    layout: LocalLayout(store: store.resolvingLinks(), app: app.name), policy: nil)
                guard let refusal = (try? log.refusal())?.refusal else { return nil }
                return .problem("log of \(app.name)", "this host serves on, and follows nothing new", refusal.description)
            }
        }
        return found ?? []
    }
}
