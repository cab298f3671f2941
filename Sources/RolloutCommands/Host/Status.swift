import ArgumentParser
import Glibc
import ReleaseStore
import RolloutCore

/// `wasmrollout status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show every host: what it serves, what it is moving to, how it is.",
        discussion: """
            From the statuses the hosts write to the volume every 30 s and at every change. A host that has not reported for \
            90 s is shown as perhaps gone. --watch keeps the view up to date until ^C; where standard output is no terminal it \
            writes a line for each change. --at shows where the channels stood then; the log knows nothing of the hosts. Where something in \
            the log is no record, all the rest is shown, and the exit code is 65.

            Example:
              wasmrollout status --volume /mnt/app --watch
              wasmrollout status --volume /mnt/app --at 2026-11-21T03:04Z
            """)

    @Option(name: .long, help: "Only this app.")
    var app: AppName?

    @Flag(name: .shortAndLong, help: "Go on, and show what changes.")
    var watch = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the channels stood at that time: 2026-11-21T03:04:05Z, 2026-11-21, or 10m for ten minutes ago.",
            valueName: "time"))
    var at: TimeArgument?

    @OptionGroup var interval: LookInterval

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if watch, at != nil { throw ValidationError("Give --watch or --at, not both.") }
    }

    func run() async throws {
        let app = app
        if let at {
            let time = at.instant(now: CommandHost.now)
            return global.write(try await volume.read { try Self.past(of: $0, app: app, at: time) })
        }
        guard watch else {
            let fleet = try await volume.read { try FleetReader(volume: $0, app: app).read(now: CommandHost.now) }
            global.write(fleet)
            if let app = fleet.apps.first(where: { !$0.damaged.isEmpty }) { throw CommandFailure(app.damaged, of: app.app) }
            return
        }
        let volume = try await volume.read { $0 }
        if !global.json, Console.isTerminal(STDOUT_FILENO) {
            try await StatusWatch(reader: FleetReader(volume: volume, app: app), interval: interval.duration).run()
        } else {
            try await EventStream(volume: volume, app: app, since: nil, showsRecords: true, interval: interval.duration)
                .follow { global.writeLine($0) }
        }
    }

    private static func past(of volume: Volume, app: AppName?, at time: Instant) throws -> PastStatus {
        let apps = try app.map { [try volume.onlyApp($0)] } ?? volume.apps()
        let labels = ReleaseLabels(volume)
        return PastStatus(at: time, apps: try apps.map { try PastAppStatus(volume, app: $0, at: time, labels: labels) })
    }
}
