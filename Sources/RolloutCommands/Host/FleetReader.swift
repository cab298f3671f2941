import ReleaseStore
import RolloutCore

/// Reads what `status` shows, once or again and again.
struct FleetReader: Sendable {
    let volume: Volume
    /// `nil`: all.
    let app: AppName?
    private let labels: ReleaseLabels

    init(volume: Volume, app: AppName?) {
        self.volume = volume
        self.app = app
        self.labels = ReleaseLabels(volume)
    }

    func read(now: Instant) throws -> FleetStatus {
        let apps = try app.map { [try volume.onlyApp($0)] } ?? volume.apps()
        return FleetStatus(volume: volume.id, time: now, apps: try apps.map { try read($0, now: now) })
    }

    private func read(_ app: AppName, now: Instant) throws -> AppStatus {
        let newest = try ReleaseLog(volume: volume, app: app, policy: nil).newest()?.record
        let entries = try StatusBoard(volume, app: app).all()
        let hosts = entries.compactMap { try? $0.status.get() }
        let channels = (newest?.state.channels ?? [:]).sorted { $0.key < $1.key }.map { name, state in
            ChannelStatus(
                name, state, labels: labels,
                progress: RolloutProgress(state, hosts: hosts.filter { $0.channel == name && $0.isLive(at: now) }))
        }
        var status = AppStatus(app: app, newest: newest?.sequence ?? 0, channels: channels, hosts: [], unreadable: [:])
        for entry in entries {
            switch entry.status {
            case .success(let host): status.hosts.append(HostRow(host, labels: labels, now: now))
            case .failure(let error): status.unreadable[entry.name] = error.reason
            }
        }
        return status
    }
}
