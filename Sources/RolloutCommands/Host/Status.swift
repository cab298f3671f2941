import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show every host: what it serves, what it is moving to, how it is.",
        discussion: """
            From the statuses the hosts write to the volume every 30 s and at every change. A host that has not reported for \
            90 s is shown as perhaps gone.

            Example:
              wasmrollout status --volume /mnt/app
            """)

    @Option(name: .long, help: "Only this app.")
    var app: AppName?

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let volume = try volume.open()
        let apps = try app.map { [try volume.onlyApp($0)] } ?? volume.apps()
        let now = CommandHost.now
        let labels = ReleaseLabels(volume)
        let statuses = try apps.map { try Self.read($0, on: volume, labels: labels, now: now) }
        global.write(FleetStatus(volume: volume.id, time: now, apps: statuses))
    }

    private static func read(_ app: AppName, on volume: Volume, labels: ReleaseLabels, now: Instant) throws -> AppStatus {
        let newest = try ReleaseLog(volume: volume, app: app, policy: nil).newest()?.record
        let channels = (newest?.state.channels ?? [:]).sorted { $0.key < $1.key }
        var status = AppStatus(
            app: app, newest: newest?.sequence ?? 0, channels: channels.map { ChannelStatus($0.key, $0.value, labels: labels) },
            hosts: [], unreadable: [:])
        for entry in try StatusBoard(volume, app: app).all() {
            switch entry.status {
            case .success(let host): status.hosts.append(HostRow(host, labels: labels, now: now))
            case .failure(let error): status.unreadable[entry.name] = error.reason
            }
        }
        return status
    }
}
