import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout events`.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what happens as JSON, one event a line: records, and what the hosts make of them.",
        discussion: """
            First comes where every host stands (hostSeen), then what changes. Hosts' events are told from their statuses, so what \
            came and went between two looks is not seen. Without --follow it ends after what there is; without --since, \
            --follow begins with the records that come.

            Example:
              wasmrollout events --follow --app shop --volume /mnt/app \\
                  | jq 'select(.kind == "hostRefused")'
            """)

    @Option(name: .long, help: "Only this app.")
    var app: AppName?

    @Flag(name: .shortAndLong, help: "Go on as things happen.")
    var follow = false

    @Option(
        name: .long,
        help: ArgumentHelp("The first record: its number, a time, or 10m for ten minutes ago.", valueName: "record|time"))
    var since: SinceArgument?

    @OptionGroup var interval: LookInterval

    @OptionGroup var volume: VolumeOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let (app, since, interval) = (app, since ?? (follow ? nil : .sequence(1)), interval.duration)
        let stream = try await volume.read { volume in
            if let app { _ = try volume.onlyApp(app) }
            return EventStream(volume: volume, app: app, since: since, showsRecords: true, interval: interval)
        }
        guard follow else {
            for event in try await volume.call({ try stream.past() }) { Console.write(JSONText.compact(event)) }
            return
        }
        try await stream.follow { Console.write(JSONText.compact($0)) }
    }
}
