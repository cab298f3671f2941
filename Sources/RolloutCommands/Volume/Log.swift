import ArgumentParser
import ReleaseStore
import RolloutCore

/// `wasmrollout log`.
struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show an app's release log: who changed what, when, and why.",
        discussion: """
            Oldest first. With --follow it goes on showing records as they are written, until it is interrupted; \
            then --json writes one record a line. What is no record is named in its place, and the exit code is 65.

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
        let (log, found, policy) = try await volume.read { volume in
            let policy = try trust.load()
            let log = ReleaseLog(volume: volume, app: try volume.onlyApp(app), policy: policy)
            let newest = try log.newestSequence(hints: [try log.beacon()?.sequence ?? 0])
            let first = newest > limit ? newest - limit + 1 : 1
            return (log, try Self.read(first, through: newest, log, policy), policy)
        }
        var shown = found
        if let since {
            let now = CommandHost.now
            shown.records.removeAll { !since.admits(sequence: $0.sequence, time: $0.time, now: now) }
        }
        guard follow else {
            global.write(shown)
            if !shown.damaged.isEmpty { throw CommandFailure(shown.damaged, of: log.app) }
            return
        }
        for record in shown.records { global.writeLine(record) }
        try await continueFrom(found, log, policy)
    }

    private static func read(
        _ first: UInt64, through last: UInt64, _ log: ReleaseLog, _ policy: TrustPolicy?
    ) throws -> LoggedRecords {
        var found = LoggedRecords(app: log.app, records: [])
        guard first <= last else { return found }
        let labels = ReleaseLabels(log.volume)
        for sequence in first...last {
            switch try log.readable(sequence) {
            case .success(let stored): found.records.append(LoggedRecord(stored, labels: labels, policy: policy))
            case .failure(let damage): found.damaged.append(damage)
            }
        }
        return found
    }

    /// Where a file that is no record stands at the end it waits for a record to take its place.
    private func continueFrom(_ found: LoggedRecords, _ log: ReleaseLog, _ policy: TrustPolicy?) async throws {
        let call = VolumeCall(path: log.volume.layout.root, deadline: volume.deadline.duration)
        var shown = found.records.last?.sequence ?? found.damaged.first.map { $0.sequence - 1 } ?? 0
        var told: [DamagedRecord] = []
        var poll = HeadPoll(layout: log.volume.layout, app: log.app)
        var polls = 0
        var news = found
        while true {
            for damage in news.damaged where !told.contains(damage) {
                told.append(damage)
                Console.writeError(damage.words.printable)
            }
            try await Task.sleep(for: .milliseconds(500))
            polls += 1
            // A publisher that was killed before the beacon left a record that only a look at the log finds.
            let looksAnyway = polls.isMultiple(of: 60)
            let (held, last) = (poll, shown)
            (poll, news) = try await call.run {
                var poll = held
                let isQuiet = try poll.poll(in: CommandHost.files) == .unchanged
                guard !isQuiet || looksAnyway else { return (poll, LoggedRecords(app: log.app, records: [])) }
                let newest = try log.newestSequence(hints: [last])
                return (poll, try Self.read(last + 1, through: newest, log, policy))
            }
            for record in news.records { global.writeLine(record) }
            shown = news.records.last?.sequence ?? shown
        }
    }
}
