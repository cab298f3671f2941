import HTTPCalls
import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Looks for another agent that reports as this host.
struct IdentityCheck {
    let host: HostID
    /// Where this host's statuses are.
    let statuses: VolumeLayout
    let admin: ListenAddress
    let deadline: Duration

    func run(_ apps: [AppName], now: Instant) async -> [HealthCheck] {
        let lane = BlockingLane("doctor", path: statuses.root)
        let found = try? await lane.run(within: deadline, for: .statusRead) { () throws(FileError) in
            apps.compactMap { app in (try? StatusFile(path: statuses.status(app, host)).read(in: CommandHost.files)) ?? nil }
        }
        let live = (found ?? []).filter { $0.isLive(at: now) }
        guard !live.isEmpty else { return [] }
        let own = await ownAgent()
        return live.compactMap { check($0, own: own) }
    }

    /// - Parameter own: the agent that runs here.
    private func check(_ status: HostStatus, own: String?) -> HealthCheck? {
        let name = "host id \(status.app)"
        let remedy = "Give every host an id of its own (host.id)."
        if status.rival != nil { return .problem(name, "two agents report as '\(host)'", remedy) }
        guard let agent = status.agent, agent != own else { return .ok(name, "'\(host)' is this host's agent alone") }
        let place = status.gateway.map { " at \($0)" } ?? ""
        let words = "an agent\(place) reported as '\(host)' at \(status.updated)"
        guard own == nil else { return .problem(name, "\(words), which is not the one here", remedy) }
        return .warning(
            name, "\(words), and none answers here at \(admin)", "Fine if this host's agent has just ended. Else: \(remedy)")
    }

    /// The name of the agent that answers here.
    private func ownAgent() async -> String? {
        struct Page: Decodable {
            var apps: [HostStatus]
        }
        let service = HTTPService(host: admin.loopback, port: admin.port)
        guard let answer = try? await HTTPCall("GET", "/status").send(to: service, within: .seconds(2)),
            let page = try? JSONDecoder().decode(Page.self, from: Data(answer.body))
        else { return nil }
        return page.apps.first?.agent
    }
}
