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
        let (app, limit, trust) = (app, UInt64(limit), trust)
        let (log, newest, found, policy) = try await volume.read { volume in
            let policy = try trust.load()
            let log = ReleaseLog(volume: volume, app: try volume.onlyApp(app), policy: policy)
            let newest = try log.newestSequence(hints: [try log.beacon()?.sequence ?? 0])
            let first = newest > limit ? newest - limit + 1 : 1
            return (log, newest, try Self.read(first, through: newest, log, policy), policy)
        }
        var shown = found
        if let since {
            let now = CommandHost.now
            shown.removeAll { !since.admits(sequence: $0.sequence, time: $0.time, now: now) }
        }
        guard follow else { return global.write(LoggedRecords(app: log.app, records: shown)) }
        for record in shown { global.writeLine(record) }
        try await continueFrom(newest, log, policy)
    }

    private static func read(
        _ first: UInt64, through last: UInt64, _ log: ReleaseLog, _ policy: TrustPolicy?
    ) throws -> [LoggedRecord] {
        guard first <= last else { return [] }
        let labels = ReleaseLabels(log.volume)
        return try (first...last).map { try read($0, log, labels, policy) }
    }

    private static func read(
        _ sequence: UInt64, _ log: ReleaseLog, _ labels: ReleaseLabels, _ policy: TrustPolicy?
    ) throws -> LoggedRecord {
        guard let stored = try log.stored(sequence) else {
            throw CommandFailure(
                .badData, "Could not read record \(sequence) of app '\(log.app)': it is missing. Run `wasmrollout verify`.")
        }
        return LoggedRecord(stored, labels: labels, policy: policy)
    }

    private func continueFrom(_ newest: UInt64, _ log: ReleaseLog, _ policy: TrustPolicy?) async throws {
        let call = VolumeCall(path: log.volume.layout.root, deadline: volume.deadline.duration)
        var shown = newest
        var poll = HeadPoll(layout: log.volume.layout, app: log.app)
        var polls = 0
        while true {
            try await Task.sleep(for: .milliseconds(500))
            polls += 1
            // A publisher that was killed before the beacon left a record that only a look at the log finds.
            let looksAnyway = polls.isMultiple(of: 60)
            let (held, last) = (poll, shown)
            let (next, records) = try await call.run {
                var poll = held
                let isQuiet = try poll.poll(in: CommandHost.files) == .unchanged
                guard !isQuiet || looksAnyway else { return (poll, [LoggedRecord]()) }
                let newest = try log.newestSequence(hints: [last])
                return (poll, try Self.read(last + 1, through: newest, log, policy))
            }
            poll = next
            for record in records { global.writeLine(record) }
            shown += UInt64(records.count)
        }
    }
}
