import ReleaseStore
import RolloutCore

extension AcceptedHead {
    /// A record as it stands on the volume, taken on faith: for who only shows what is there.
    init(_ entry: LogEntry, volume: Volume) {
        self.init(
            volume: volume.id, sequence: entry.record.sequence, digest: entry.digest, time: entry.record.time,
            state: entry.record.state)
    }
}
