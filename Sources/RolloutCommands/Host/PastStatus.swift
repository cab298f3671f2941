import ReleaseStore
import RolloutCore

/// What `status --at` shows: where the channels stood at a moment, as the log says.
struct PastStatus: Renderable {
    /// The moment asked for.
    var at: Instant
    var apps: [PastAppStatus]

    var text: String {
        let hint =
            "The log has no history of the hosts: a status is rewritten in place. What each host did is in its agent's log and in "
            + "`wasmrollout events`, where somebody kept them."
        return (apps.map(\.text) + [hint]).joined(separator: "\n\n")
    }
}

struct PastAppStatus: Encodable, Sendable {
    var app: AppName
    /// The newest record that was there; `nil` when there was none.
    var record: LoggedRecord?
    var channels: [ChannelStatus]
    /// Releases that were forbidden.
    var quarantined: [ReleaseName]

    /// The state after the newest record that was not made later than `time`.
    ///
    /// Looks from the end: records of several publishers need not be in the order of their clocks.
    init(_ volume: Volume, app: AppName, at time: Instant, labels: ReleaseLabels) throws {
        self.app = app
        self.channels = []
        self.quarantined = []
        let log = ReleaseLog(volume: volume, app: app, policy: nil)
        // What is no record at the end was never anything.
        var sequence = try log.tail().newest?.record.sequence ?? 0
        while sequence > 0 {
            let stored: ReleaseLog.StoredRecord
            switch try log.readable(sequence) {
            case .success(let found): stored = found
            case .failure(let damage): throw CommandFailure([damage], of: app)
            }
            let record = stored.entry.record
            if record.time <= time {
                self.record = LoggedRecord(stored, labels: labels, policy: nil)
                self.channels = record.state.channels.sorted { $0.key < $1.key }.map {
                    ChannelStatus($0.key, $0.value, labels: labels, now: time, progress: nil)
                }
                self.quarantined = record.state.quarantined.map(labels.name).sorted { $0.text < $1.text }
                return
            }
            sequence -= 1
        }
    }

    var text: String {
        guard let record else { return "\(app): its log had no record yet" }
        var lines = ["\(app), record \(record.sequence)"]
        for channel in channels { lines += channel.lines(now: record.time).map(\.printable) }
        if !quarantined.isEmpty { lines.append("  quarantined: " + quarantined.map(\.text).joined(separator: ", ").printable) }
        lines.append("  last change: " + record.text.replacing("\n", with: "\n  "))
        return lines.joined(separator: "\n")
    }
}
