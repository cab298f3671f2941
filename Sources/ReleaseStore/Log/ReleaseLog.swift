import RolloutCore
import RolloutSystem
import SystemPackage

/// The records of one app on a volume, one file each. Reading; see `ReleaseLog+Append` for writing.
package struct ReleaseLog: Sendable {
    package let volume: Volume
    package let app: AppName
    let signatures: SignatureCheck

    var fileSystem: any FileSystem { volume.fileSystem }
    var layout: VolumeLayout { volume.layout }

    /// - Parameter policy: whose signatures are checked; what they are worth is for `TrustedLog` to say.
    package init(volume: Volume, app: AppName, policy: TrustPolicy?) {
        self.volume = volume
        self.app = app
        self.signatures = SignatureCheck(policy: policy)
    }

    /// A record and everything its file holds.
    package struct StoredRecord: Hashable, Sendable {
        package var entry: LogEntry
        package var envelope: Envelope
    }

    /// The record with this number; `nil` when there is none.
    ///
    /// Throws `.corrupt` when the file is there and is no record of this number, `.unavailable` when it cannot be read.
    package func stored(_ sequence: UInt64) throws(StoreError) -> StoredRecord? {
        guard let bytes = try bytes(sequence) else { return nil }
        return try decode(bytes, sequence)
    }

    /// The digest of a record's file, read or not; `nil` when there is none.
    func digest(_ sequence: UInt64) throws(StoreError) -> Digest? {
        try bytes(sequence).map { Digest(of: $0) }
    }

    /// Like `stored`, without the envelope.
    package func read(_ sequence: UInt64) throws(StoreError) -> LogEntry? { try stored(sequence)?.entry }

    func bytes(_ sequence: UInt64) throws(StoreError) -> [UInt8]? {
        do throws(FileError) {
            return try fileSystem.readAll(layout.record(app, sequence), limit: Limits.recordBytes, for: .recordRead)
        } catch  where error.code == .notFound {
            return nil
        } catch  where error.code == .notRegular || error.code == .tooMany {
            throw StoreError(
                .corrupt, "read \(object(sequence))", "\(error.reason)",
                "Run `wasmrollout verify`.")
        } catch {
            throw StoreError(error, during: "read \(object(sequence))")
        }
    }

    func decode(_ bytes: [UInt8], _ sequence: UInt64) throws(StoreError) -> StoredRecord {
        let (envelope, payload) = try Envelope.decode(bytes, payloadType: Envelope.recordType, object: object(sequence))
        let record = try CanonicalJSON.decode(Record.self, from: payload, object: object(sequence))
        guard record.sequence == sequence else {
            throw StoreError(
                .corrupt, "read \(object(sequence))", "it says it is record \(record.sequence)",
                "Run `wasmrollout verify`.")
        }
        let signers = signatures.signers(of: envelope, payload: payload)
        return StoredRecord(
            entry: LogEntry(record: record, digest: Digest(of: bytes), signers: signers), envelope: envelope)
    }

    func object(_ sequence: UInt64) -> String { "record \(sequence) of app '\(app)'" }

    // MARK: The end of the log

    /// What the beacon says; `nil` when it is absent or unreadable, for whatever reason lies in the file itself.
    package func beacon() throws(StoreError) -> Beacon? {
        do throws(FileError) {
            return try Beacon.read(at: layout.head(app), in: fileSystem)
        } catch  where error.code == .permissionDenied {
            return nil
        } catch {
            throw StoreError(error, during: "read the beacon of app '\(app)'")
        }
    }

    /// The number of the newest record, asking the volume and not the beacon; 0 when there is none, or no log.
    ///
    /// As records have no gaps, it doubles its steps until it meets an absent one and halves its way back: a few look-ups
    /// beyond the best hint, never a listing, however long the log is. The directory is opened first, so that no NFS client
    /// answers from what it knew before.
    /// - Parameter hints: what the beacon says, what was accepted before; wrong ones cost a look-up.
    package func newestSequence(hints: [UInt64]) throws(StoreError) -> UInt64 {
        guard try isPresent() else { return 0 }
        var known: UInt64 = 0
        for hint in Set(hints).sorted(by: >) where hint > 0 && hint <= Limits.sequence {
            guard try exists(hint) else { continue }
            known = hint
            break
        }
        var step: UInt64 = 1
        while known + step <= Limits.sequence, try exists(known + step) {
            known += step
            step *= 2
        }
        // `known` exists, `known + step` does not.
        while step > 1 {
            step /= 2
            if known + step <= Limits.sequence, try exists(known + step) { known += step }
        }
        return known
    }

    /// The newest record; `nil` for an app that has none.
    package func newest() throws(StoreError) -> LogEntry? {
        let sequence = try newestSequence(hints: [try beacon()?.sequence ?? 0])
        return sequence == 0 ? nil : try read(sequence)
    }

    /// All numbers in the directory, sorted; names that are no record's are passed over.
    package func listSequences() throws(StoreError) -> [UInt64] {
        let names = try attempt("list the log of app '\(app)'") { () throws(FileError) in
            try fileSystem.list(layout.log(app), limit: Volume.namesLimit, for: .logList)
        }
        return names.compactMap(VolumeLayout.sequence(ofRecordNamed:)).sorted()
    }

    /// Whether the app has a log; opens its directories, which makes the look-ups after it fresh.
    func isPresent() throws(StoreError) -> Bool {
        let log = layout.log(app)
        do throws(FileError) {
            try fileSystem.revalidateDirectory(layout.apps, for: .logList)
            try fileSystem.revalidateDirectory(layout.app(app), for: .logList)
            try fileSystem.revalidateDirectory(log, for: .logList)
            return true
        } catch  where error.code == .notFound {
            return false
        } catch {
            throw StoreError(error, during: "read the log of app '\(app)'")
        }
    }

    private func exists(_ sequence: UInt64) throws(StoreError) -> Bool {
        try attempt("read \(object(sequence))") { () throws(FileError) in
            try fileSystem.status(layout.record(app, sequence), for: .recordRead) != nil
        }
    }
}
