import RolloutCore
import RolloutSystem
import SystemPackage

/// Follows one app's log on a volume: reads what is new, and lets `TrustedLog` accept it or not.
///
/// A look costs the same however long the log is. It reads the volume's description and the beacon, looks whether the record
/// accepted last still is what it was, and asks for the record after it. So it also notices a volume that was exchanged,
/// emptied, or restored from an older copy.
///
/// A host that has accepted nothing begins at the newest record that keys for new releases have signed, usually the newest or
/// a few before it: a record carries the state after it, and who may only operate must not vouch for a whole state.
package struct LogFollower: Sendable {
    package let root: FilePath
    package let app: AppName
    package private(set) var log: TrustedLog

    /// Records read in one look, at most.
    package static let recordsPerLook = 1000

    /// - Parameters:
    ///   - root: the volume's.
    ///   - policy: `nil` trusts every record.
    ///   - accepted: what this host accepted before, from its own store.
    package init(root: FilePath, app: AppName, policy: TrustPolicy?, resuming accepted: AcceptedHead?) {
        self.root = root
        self.app = app
        self.log = TrustedLog(app: app, policy: policy, resuming: accepted)
    }

    /// Looks at the volume once. Blocks; the result says all that happened.
    /// - Parameter now: taken before the call.
    package mutating func look(in fileSystem: any FileSystem, now: Instant) -> LookResult {
        var result = LookResult()
        log.noteClock(at: now)
        do throws(Stop) {
            try look(in: fileSystem, now: now, into: &result)
        } catch {
            switch error {
            case .refused(let refusal): result.refusal = refusal
            case .failed(let failure): result.failure = failure
            }
        }
        result.accepted = log.accepted
        return result
    }

    /// What ends a look early.
    private enum Stop: Error {
        case refused(TrustRefusal)
        case failed(StoreError)
    }

    private mutating func look(
        in fileSystem: any FileSystem, now: Instant, into result: inout LookResult
    ) throws(Stop) {
        let volume = try orStop { () throws(StoreError) in try Volume.open(at: root, in: fileSystem) }
        let records = ReleaseLog(volume: volume, app: app, policy: log.policy)
        let newest = try orStop { () throws(StoreError) in
            try records.newestSequence(hints: [records.beacon()?.sequence ?? 0, log.accepted?.sequence ?? 0])
        }
        result.newest = newest
        try orRefuse { () throws(TrustRefusal) in try log.check(tail: newest, volume: volume.id) }
        try checkAccepted(records)
        if log.accepted?.sequence ?? 0 < newest { makeDurable(records, in: fileSystem) }
        if log.accepted == nil, newest > 0 { try begin(records, at: newest, now: now, into: &result) }
        var next = (log.accepted?.sequence ?? newest) + 1
        while next <= newest {
            guard result.records.count < Self.recordsPerLook else {
                result.isBehind = true
                return
            }
            try acceptNext(next, of: records, newest: newest, now: now, into: &result)
            next = (log.accepted?.sequence ?? next) + 1
        }
        log.sawNothingNewer(at: now)
    }

    /// The record accepted last must still be there, and be the same.
    private func checkAccepted(_ records: ReleaseLog) throws(Stop) {
        guard let accepted = log.accepted else { return }
        let found: Digest?
        do throws(StoreError) {
            found = try records.digest(accepted.sequence)
        } catch {
            throw error.code == .corrupt ? .refused(.fork(accepted.sequence)) : .failed(error)
        }
        guard let found else { throw .refused(.gap(expected: accepted.sequence, found: accepted.sequence + 1)) }
        try orRefuse { () throws(TrustRefusal) in try log.check(digest: found, at: accepted.sequence) }
    }

    /// On a volume that is a local disk, a record is visible before its name is durable. Who accepts it must not find it
    /// gone after a power loss, and another one in its place later. On NFS the server has seen to it already; read-only
    /// mounts may refuse.
    private func makeDurable(_ records: ReleaseLog, in fileSystem: any FileSystem) {
        try? fileSystem.syncDirectory(records.layout.log(app), for: .recordRead)
    }

    /// Begins from nothing.
    private mutating func begin(
        _ records: ReleaseLog, at newest: UInt64, now: Instant, into result: inout LookResult
    ) throws(Stop) {
        var chain = [try entry(newest, of: records, newest: newest)]
        while let base = chain.last, !log.canBegin(at: base), chain.count < Self.recordsPerLook {
            chain.append(try entry(base.record.sequence - 1, of: records, newest: newest))
        }
        for entry in chain.reversed() { try accept(entry, now: now, into: &result) }
    }

    private func entry(_ sequence: UInt64, of records: ReleaseLog, newest: UInt64) throws(Stop) -> LogEntry {
        let found: LogEntry?
        do throws(StoreError) {
            found = try records.read(sequence)
        } catch {
            guard error.code == .corrupt else { throw .failed(error) }
            throw .refused(.notARecord(sequence, file: VolumeLayout.recordFile(app, sequence), error.reason))
        }
        guard let found else { throw .refused(.gap(expected: sequence, found: newest)) }
        // A host that has accepted nothing knows the volume by its description alone.
        guard found.record.volume == records.volume.id else {
            throw .refused(.wrongVolume(expected: records.volume.id, found: found.record.volume))
        }
        return found
    }

    private mutating func accept(_ entry: LogEntry, now: Instant, into result: inout LookResult) throws(Stop) {
        try orRefuse { () throws(TrustRefusal) in try log.accept(entry, now: now) }
        result.records.append(entry.record)
    }

    /// Accepts the next record; or, when only its signers are at fault, the first behind it that vouches for it.
    private mutating func acceptNext(
        _ sequence: UInt64, of records: ReleaseLog, newest: UInt64, now: Instant, into result: inout LookResult
    ) throws(Stop) {
        let entry = try entry(sequence, of: records, newest: newest)
        do throws(TrustRefusal) {
            try log.accept(entry, now: now)
            result.records.append(entry.record)
        } catch {
            guard error.isForSigners, let (record, vouched) = try vouched(from: entry, of: records, newest: newest, now: now)
            else { throw .refused(error) }
            log = vouched
            result.records.append(record)
        }
    }

    /// The first record from `entry` on that vouches for all before it, with the log that has accepted it. `nil` when there is none
    /// among as many as one look may read.
    private func vouched(
        from entry: LogEntry, of records: ReleaseLog, newest: UInt64, now: Instant
    ) throws(Stop) -> (Record, TrustedLog)? {
        var chain = VouchedChain(after: log)
        let last = min(newest, entry.record.sequence + UInt64(Self.recordsPerLook) - 1)
        var entry = entry
        do throws(Stop) {
            while true {
                if let log = try orRefuse({ () throws(TrustRefusal) in try chain.add(entry, now: now) }) {
                    return (entry.record, log)
                }
                guard entry.record.sequence < last else { return nil }
                entry = try self.entry(entry.record.sequence + 1, of: records, newest: newest)
            }
        } catch {
            guard case .failed = error else { return nil }
            throw error
        }
    }

    private func orStop<Value>(_ body: () throws(StoreError) -> Value) throws(Stop) -> Value {
        do throws(StoreError) { return try body() } catch { throw .failed(error) }
    }

    private func orRefuse<Value>(_ body: () throws(TrustRefusal) -> Value) throws(Stop) -> Value {
        do throws(TrustRefusal) { return try body() } catch { throw .refused(error) }
    }
}
