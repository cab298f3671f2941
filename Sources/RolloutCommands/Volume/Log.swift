import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout log`.
struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show an app's release log: who changed what, when, and why.",
        discussion: """
            Oldest first. With --follow it goes on showing records as they are written, until it is interrupted; \
            then --json writes one record a line.

            Example:
              wasmrollout log --app shop --volume /mnt/app --follow
            """)

    @Option(name: .long, help: "The app; needed when the volume has several.")
    var app: AppName?

    @Option(name: .shortAndLong, help: "How many of the newest records to show.")
    var limit = 50

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only records from this one on: its number, a time, or 10m for ten minutes ago.", valueName: "record|time"))
    var since: SinceArgument?

    @Flag(name: .shortAndLong, help: "Go on as records are written.")
    var follow = false

    @OptionGroup var volume: VolumeOption
    @OptionGroup var trust: TrustOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        let volume = try volume.open()
        let app = try volume.onlyApp(app)
        let policy = try trust.load()
        let log = ReleaseLog(volume: volume, app: app, policy: policy)
        let labels = ReleaseLabels(volume)
        let newest = try log.newestSequence(hints: [try log.beacon()?.sequence ?? 0])
        let first = newest > UInt64(limit) ? newest - UInt64(limit) + 1 : 1
        var entries: [LoggedRecord] = []
        if newest > 0 { for sequence in first...newest { entries.append(try read(sequence, log, labels, policy)) } }
        if let since {
            let now = CommandHost.now
            entries.removeAll { !since.admits(sequence: $0.sequence, time: $0.time, now: now) }
        }
        guard follow else { return global.write(LoggedRecords(app: app, records: entries)) }
        for entry in entries { global.writeLine(entry) }
        try await continueFrom(newest, log, labels, policy)
    }

    private func read(
        _ sequence: UInt64, _ log: ReleaseLog, _ labels: ReleaseLabels, _ policy: TrustPolicy?
    ) throws -> LoggedRecord {
        guard let stored = try log.stored(sequence) else {
            throw CommandFailure(
                .badData, "Could not read record \(sequence) of app '\(log.app)': it is missing. Run `wasmrollout verify`.")
        }
        return LoggedRecord(stored, labels: labels, policy: policy)
    }

    private func continueFrom(
        _ newest: UInt64, _ log: ReleaseLog, _ labels: ReleaseLabels, _ policy: TrustPolicy?
    ) async throws {
        var shown = newest
        var poll = HeadPoll(layout: log.volume.layout, app: log.app)
        var polls = 0
        while true {
            try await Task.sleep(for: .milliseconds(500))
            polls += 1
            let isQuiet = try poll.poll(in: CommandHost.files) == .unchanged
            // A publisher that was killed before the beacon left a record that only a look at the log finds.
            guard !isQuiet || polls.isMultiple(of: 60) else { continue }
            let newest = try log.newestSequence(hints: [shown])
            while shown < newest {
                shown += 1
                global.writeLine(try read(shown, log, labels, policy))
            }
        }
    }
}
