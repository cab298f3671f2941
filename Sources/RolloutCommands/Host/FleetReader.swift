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
        let tail = try ReleaseLog(volume: volume, app: app, policy: nil).tail()
        let entry = tail.newest
        let state = entry?.record.state ?? .empty
        let history = RecordHistory(volume, app: app)
        let board = StatusBoard(volume, app: app)
        let entries = try board.all()
        let hosts = entries.compactMap { try? $0.status.get() }
        let lease = try? LeaseFile(layout: volume.layout, app: app).read(in: CommandHost.files)
        let reports = board.reports(of: entries, at: now)
        let channels = state.channels.sorted { $0.key < $1.key }.map { name, channel in
            let live = hosts.filter { $0.channel == name && $0.isLive(at: now) }
            var status = ChannelStatus(
                name, channel, labels: labels, now: now, progress: RolloutProgress(channel, hosts: live))
            if channel.held, let entry {
                status.heldBy = history.newest(from: entry.record.sequence) { $0.change == .hold(channel: name) }.map(
                    RecordNote.init)
            }
            let choice = RollbackChoice(channel, quarantined: state.quarantined, reports: live.map(\.report)) { release in
                labels.version(of: release) == nil
            }
            status.fallback = choice.target.map(labels.name)
            status.readyHosts = choice.target.map { fallback in
                live.count { $0.serving?.release == fallback || $0.fallback?.release == fallback }
            }
            if let entry {
                let head = AcceptedHead(entry, volume: volume)
                status.rollout = RolloutStatus(
                    name, head: head, app: app, reports: reports, lease: lease, labels: labels, now: now)
                status.rollout?.note(history, on: name, newest: entry.record.sequence)
            }
            return status
        }
        var status = AppStatus(
            app: app, newest: entry?.record.sequence ?? 0, channels: channels, quarantined: [], pins: [], hosts: [],
            unreadable: [:])
        status.damaged = tail.damaged
        status.record = entry.map { RecordNote($0.record) }
        status.change = entry.map { $0.record.change.sentence(version: $0.record.change.release.flatMap(labels.version)) }
        status.quarantined = state.quarantined.map { release in
            let record = history.newest(from: entry?.record.sequence ?? 0) { $0.change == .quarantine(release: release) }
            return QuarantinedRelease(release: labels.name(release), record: record.map(RecordNote.init))
        }
        status.pins = state.pins.sorted { $0.key < $1.key }.map { host, pin in
            PinnedHost(host: host, release: labels.name(pin.release), record: history[pin.decision].map(RecordNote.init))
        }
        for entry in entries {
            switch entry.status {
            case .success(let host): status.hosts.append(HostRow(host, labels: labels, now: now))
            case .failure(let error): status.unreadable[entry.name] = error.reason
            }
        }
        return status
    }
}
