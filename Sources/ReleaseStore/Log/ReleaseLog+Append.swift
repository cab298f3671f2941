import RolloutCore
import RolloutSystem
import SystemPackage

extension ReleaseLog {
    /// How an attempt to write a record ended, when it ended.
    enum Attempt: Hashable {
        case written(LogEntry)
        /// Another publisher has written this number.
        case taken
    }

    /// Makes the app's directories; nothing is done when they exist.
    func prepare() throws(StoreError) {
        try attempt("prepare the log of app '\(app)'") { () throws(FileError) in
            for directory in [layout.log(app), layout.hosts(app)] {
                try fileSystem.createDirectories(directory, mode: Volume.directoryMode, for: .volumeCreate)
            }
        }
        _ = try isPresent()
    }

    /// Tries to make `record` the one of its number. Of any number who try, on any number of hosts, one succeeds.
    ///
    /// Throws `.untrusted` before anything is written when `end` would not accept it: a record that hosts refuse stops them
    /// for good. Throws `.wrongClock`, with nothing written either, when `now` is ahead of what the volume's server dates the file with:
    /// only the writer's own clock has judged the record so far. Throws `.unknownOutcome` when the volume went away in the middle.
    func write(
        _ record: Record, keys: [SigningKey], after end: LogEnd, now: Instant
    ) throws(StoreError) -> Attempt {
        let payload = try CanonicalJSON.encode(record)
        let envelope = try Envelope(payload: payload, payloadType: Envelope.recordType, keys: keys)
        let bytes = try CanonicalJSON.encode(envelope)
        guard bytes.count <= Limits.recordBytes else {
            throw StoreError(
                .refused, "write \(object(record.sequence))", "it has \(bytes.count) bytes, \(Limits.recordBytes) are allowed",
                "Shorten the message.")
        }
        let entry = LogEntry(
            record: record, digest: Digest(of: bytes), signers: signatures.signers(of: envelope, payload: payload))
        do throws(TrustRefusal) {
            try end.check(entry, now: now)
        } catch {
            throw StoreError(error, during: "write \(object(record.sequence))")
        }
        var skew: ClockSkew?
        do throws(FileError) {
            let write = AtomicWrite(fileSystem, .record, temporaryDirectory: layout.temporary)
            let isWritten = try write.create(layout.record(app, record.sequence), with: bytes, mode: 0o444) { file in
                let found = ClockSkew(begun: now, ended: now, stamped: Instant(milliseconds: file.modified / 1_000_000))
                skew = found
                return !found.forbidsWriting
            }
            if isWritten { return .written(entry) }
        } catch {
            // The arbiter said no, or said nothing that can be relied on: what stands there now is the answer.
            return try look(for: bytes, as: entry, after: error)
        }
        let found = skew ?? ClockSkew(ahead: .zero)
        throw StoreError(
            .wrongClock(found), "write \(object(record.sequence))",
            "\(found.words), so hosts would refuse it until that time comes, and everything behind it",
            "\(ClockSkew.remedy) If it is right, set the clock of the volume's server. No record was written.")
    }

    private func look(for bytes: [UInt8], as entry: LogEntry, after error: FileError) throws(StoreError) -> Attempt {
        let sequence = entry.record.sequence
        let found: [UInt8]?
        do throws(StoreError) {
            found = try isPresent() ? try self.bytes(sequence) : nil
        } catch  where error.code == .corrupt {
            return .taken
        } catch let lookError {
            throw StoreError(
                .unknownOutcome, "tell whether \(object(sequence)) was written", lookError.reason,
                "Look at the log with `wasmrollout log` before publishing again.")
        }
        guard let found else { throw StoreError(error, during: "write \(object(sequence))") }
        guard found == bytes else { return .taken }
        // It is ours. What failed came after the link: make the name durable before anybody is told.
        do throws(FileError) {
            try fileSystem.syncDirectory(layout.log(app), for: .recordSync)
        } catch {
            throw StoreError(
                .unknownOutcome, "finish writing \(object(sequence))", "\(error.path): \(error.reason)",
                "It is visible but may not be durable; look at the log with `wasmrollout log` before publishing again.")
        }
        return .written(entry)
    }

    /// Points the beacon at the newest record there is. Whoever is slower looks once more after writing, so that a
    /// beacon never stays behind for longer than somebody needs to write it.
    func updateBeacon(from entry: LogEntry) throws(StoreError) {
        var written: UInt64 = 0
        var newest = try newestSequence(hints: [entry.record.sequence])
        while newest > written {
            guard let digest = newest == entry.record.sequence ? entry.digest : try self.digest(newest) else { return }
            try Beacon(sequence: newest, digest: digest).write(to: layout.head(app), in: fileSystem)
            written = newest
            newest = try newestSequence(hints: [newest])
        }
    }
}
