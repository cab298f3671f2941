/// A record as read from the volume, with what only bytes can tell. Nothing in it is trusted yet.
package struct LogEntry: Hashable, Sendable {
    package var record: Record
    /// The SHA-256 of the record's whole file.
    package var digest: Digest
    /// The public keys (base64) whose signatures over the record were checked and are right. Empty when nothing was checked.
    package var signers: Set<String>

    package init(record: Record, digest: Digest, signers: Set<String>) {
        self.record = record
        self.digest = digest
        self.signers = signers
    }
}

/// The newest record a host has accepted. Kept on the host: it is what a rewind is noticed by.
package struct AcceptedHead: Codable, Hashable, Sendable {
    package var volume: VolumeID
    package var sequence: UInt64
    package var digest: Digest
    package var time: Instant
    package var state: LogState

    package init(volume: VolumeID, sequence: UInt64, digest: Digest, time: Instant, state: LogState) {
        self.volume = volume
        self.sequence = sequence
        self.digest = digest
        self.time = time
        self.state = state
    }
}

/// Accepts records in order, or says why not. Pure: the caller reads files and checks signatures.
///
/// The rules, in the order they are checked:
/// 1. The record is sound by itself (`Record.defect`), of this app and of the volume this host knows.
/// 2. Its sequence number is the next one; for a host that has accepted nothing, any.
/// 3. It names the digest of the record before it, and its state is what its change makes of the state before.
/// 4. Its time is not more than `Limits.clockSkew` before the record before it, nor ahead of the host's clock by more.
/// 5. Enough different keys with the change's role signed it, none of them expired when it was made. A record that was not
///    there when this host last looked cannot be older than that look, whatever time it claims.
package struct TrustedLog: Sendable {
    package let app: AppName
    /// `nil` trusts every record (`trust = "none"`).
    package let policy: TrustPolicy?
    package private(set) var accepted: AcceptedHead?
    /// When this host last saw that nothing follows the accepted record.
    package private(set) var lastLook: Instant?

    package init(app: AppName, policy: TrustPolicy?, resuming accepted: AcceptedHead? = nil) {
        self.app = app
        self.policy = policy
        self.accepted = accepted
    }

    /// Notes that at `now` the accepted record was the newest.
    package mutating func sawNothingNewer(at now: Instant) {
        lastLook = max(lastLook ?? now, now)
    }

    /// Takes the next record. For a host that has accepted nothing this may be any record of the log: its state is complete.
    package mutating func accept(_ entry: LogEntry, now: Instant) throws(TrustRefusal) {
        let record = entry.record
        if let defect = record.defect { throw .malformed(record.sequence, defect) }
        guard record.app == app else { throw .wrongApp(record.sequence, record.app) }
        guard record.time <= now + Limits.clockSkew else { throw .fromTheFuture(record.sequence, record.time) }
        if let accepted { try check(entry, follows: accepted) }
        try checkSigners(entry)
        accepted = AcceptedHead(
            volume: record.volume, sequence: record.sequence, digest: entry.digest, time: record.time, state: record.state)
    }

    /// Compares what the volume shows at the accepted sequence number, or as its newest, with what this host accepted.
    package func check(tail sequence: UInt64, volume: VolumeID) throws(TrustRefusal) {
        guard let accepted else { return }
        guard volume == accepted.volume else { throw .wrongVolume(expected: accepted.volume, found: volume) }
        guard sequence >= accepted.sequence else { throw .rewind(accepted: accepted.sequence, found: sequence) }
    }

    /// The record found at the accepted sequence number must be the one accepted.
    package func check(digest: Digest, at sequence: UInt64) throws(TrustRefusal) {
        guard let accepted, accepted.sequence == sequence, accepted.digest != digest else { return }
        throw .fork(sequence)
    }

    private func check(_ entry: LogEntry, follows accepted: AcceptedHead) throws(TrustRefusal) {
        let record = entry.record
        guard record.volume == accepted.volume else { throw .wrongVolume(expected: accepted.volume, found: record.volume) }
        guard record.sequence > accepted.sequence else { throw .rewind(accepted: accepted.sequence, found: record.sequence) }
        guard record.sequence == accepted.sequence + 1 else { throw .gap(expected: accepted.sequence + 1, found: record.sequence) }
        guard record.previous == accepted.digest else { throw .fork(record.sequence) }
        guard record.time + Limits.clockSkew >= accepted.time else { throw .backdated(record.sequence, record.time) }
        do throws(IllegalStep) {
            guard try accepted.state.applying(record.change, sequence: record.sequence) == record.state else {
                throw IllegalStep(description: "the state it claims is not what its change makes of the state before")
            }
        } catch {
            throw .illegalStep(record.sequence, error.description)
        }
    }

    private func checkSigners(_ entry: LogEntry) throws(TrustRefusal) {
        guard let policy else { return }
        let role = entry.record.change.role
        let madeAt = max(entry.record.time, lastLook ?? entry.record.time)
        var counted = Set<String>()
        var expired: TrustedKey?
        for key in policy.keys where key.roles.contains(role) && entry.signers.contains(key.publicKey) {
            if let expiry = key.expires, expiry <= madeAt {
                expired = key
            } else {
                counted.insert(key.publicKey)
            }
        }
        let needed = max(1, policy.threshold(for: role))
        guard counted.count < needed else { return }
        if let expired, let expiry = expired.expires { throw .expired(entry.record.sequence, key: expired.name, at: expiry) }
        guard !entry.signers.isEmpty else { throw .untrusted(entry.record.sequence, role) }
        throw counted.isEmpty
            ? .untrusted(entry.record.sequence, role)
            : .tooFewSignatures(entry.record.sequence, role, found: counted.count, needed: needed)
    }
}
