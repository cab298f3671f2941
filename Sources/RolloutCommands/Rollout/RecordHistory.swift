import ReleaseStore
import RolloutCore
import Synchronization

/// The records of an app's log, each read once: they never change.
final class RecordHistory: Sendable {
    private let log: ReleaseLog
    private let known = Mutex<[UInt64: Record]>([:])

    /// How far it looks back for what a record did.
    static let reach: UInt64 = 256

    init(_ volume: Volume, app: AppName) { self.log = ReleaseLog(volume: volume, app: app, policy: nil) }

    /// `nil` when there is none that could be read.
    subscript(_ sequence: UInt64) -> Record? {
        if let record = known.withLock({ $0[sequence] }) { return record }
        guard sequence > 0, let record = try? log.read(sequence)?.record else { return nil }
        known.withLock { $0[sequence] = record }
        return record
    }

    /// The newest record that `isIt`, from this one back.
    func newest(from sequence: UInt64, downTo first: UInt64 = 1, where isIt: (Record) -> Bool) -> Record? {
        var number = sequence
        while number >= max(first, 1), sequence - number < Self.reach {
            if let record = self[number], isIt(record) { return record }
            number -= 1
        }
        return nil
    }
}

/// Who decided something, when and why.
struct RecordNote: Encodable, Hashable, Sendable {
    var sequence: UInt64
    var time: Instant
    var who: String
    var message: String

    init(_ record: Record) {
        self.sequence = record.sequence
        self.time = record.time
        self.who = record.who
        self.message = record.message
    }

    /// `by alice, record 14: why`.
    var text: String { "by \(who), record \(sequence)\(message.isEmpty ? "" : ": \(message)")" }
}
