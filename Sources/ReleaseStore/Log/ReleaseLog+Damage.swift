import RolloutCore

/// A number in the log under which there should be a record, and is none.
package struct DamagedRecord: Codable, Hashable, Sendable {
    package var sequence: UInt64
    /// Relative to the volume.
    package var file: String
    /// Completes "it is no record: ".
    package var reason: String
}

/// The end of a log, as far as it can be read.
package struct LogTail: Hashable, Sendable {
    /// The newest record; `nil` when there is none.
    package var newest: LogEntry?
    /// What stands behind it and is no record, oldest first.
    package var damaged: [DamagedRecord]
}

extension ReleaseLog {
    /// How many files that are no records are looked at from the end, at most.
    private static let damageLimit = 1000

    /// The newest record, whatever somebody has put behind it.
    package func tail() throws(StoreError) -> LogTail {
        var sequence = try newestSequence(hints: [try beacon()?.sequence ?? 0])
        var damaged: [DamagedRecord] = []
        while sequence > 0, damaged.count < Self.damageLimit {
            switch try readable(sequence) {
            case .success(let stored): return LogTail(newest: stored.entry, damaged: damaged.reversed())
            case .failure(let damage): damaged.append(damage)
            }
            sequence -= 1
        }
        return LogTail(newest: nil, damaged: damaged.reversed())
    }

    /// The record with this number, or what is there instead. Throws when the volume cannot be read.
    ///
    /// What it returns is sound by itself. No signature was asked for, so anybody may have written it; but who shows it counts on its
    /// state as on any other, and hosts would not accept a state that cannot be.
    package func readable(_ sequence: UInt64) throws(StoreError) -> Result<StoredRecord, DamagedRecord> {
        do throws(StoreError) {
            guard let stored = try stored(sequence) else { return .failure(damage(sequence, "it is missing")) }
            if let defect = stored.entry.record.defect { return .failure(damage(sequence, defect)) }
            return .success(stored)
        } catch  where error.code == .corrupt || error.code == .unknownFormat {
            return .failure(damage(sequence, error.reason))
        }
    }

    private func damage(_ sequence: UInt64, _ reason: String) -> DamagedRecord {
        DamagedRecord(sequence: sequence, file: VolumeLayout.recordFile(app, sequence), reason: reason)
    }
}

extension DamagedRecord: Error {
    /// A sentence with what it means and what to do.
    package var words: String {
        "Record \(sequence) cannot be read: \(file) is no record (\(reason)). Nothing is accepted or published behind it: "
            + "`wasmrollout verify` says what to do."
    }
}
