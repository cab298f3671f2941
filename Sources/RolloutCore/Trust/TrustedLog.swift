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
/// The rules:
/// 1. The record is sound by itself (`Record.defect`), of this app and of the volume this host knows.
/// 2. Its sequence number is the next one. A host that has accepted nothing begins at record 1, or at a record that enough keys
///    for `release` signed: it takes that record's whole state on trust, and only those keys may say what runs.
/// 3. It names the digest of the record before it, and its state is what its change makes of the state before.
/// 4. Its time is not more than `Limits.clockSkew` before the record before it, nor ahead of the host's clock by more.
/// 5. Enough different keys with the change's role signed it (or with `coordinate`, for what a coordinator may do in that state),
///    none of them expired when it was made. A record that was not there when this host last looked cannot be older than that
///    look, whatever time it claims.
/// 6. Records that break rule 5 alone may be passed over together with a later one that vouches for them: see `VouchedChain`.
///
/// A record that is refused changes nothing: neither what is accepted nor what comes next.
package struct TrustedLog: Sendable {
    package let app: AppName
    /// `nil` trusts every record (`trust = "none"`).
    package let policy: TrustPolicy?
    package private(set) var accepted: AcceptedHead?
    /// When this host last saw that nothing follows the accepted record. Not kept over a restart.
    package private(set) var lastLook: Instant?

    package init(app: AppName, policy: TrustPolicy?, resuming accepted: AcceptedHead? = nil) {
        self.app = app
        self.policy = policy
        self.accepted = accepted
    }

    /// Notes that at `now` the accepted record was the newest.
    package mutating func sawNothingNewer(at now: Instant) { lastLook = now }

    /// Notes that it is `now`, before a look. A look that seems to lie ahead was dated by a clock that has been set right since: all that is
    /// known is that it was before now. Otherwise keys would count as expired until that time comes.
    package mutating func noteClock(at now: Instant) {
        if let lastLook, lastLook > now { self.lastLook = now }
    }

    /// Takes the next record; the one accepted last is taken again without effect.
    package mutating func accept(_ entry: LogEntry, now: Instant) throws(TrustRefusal) {
        if let accepted, entry.record.sequence == accepted.sequence, entry.digest == accepted.digest { return }
        let head = try check(entry, after: accepted, now: now)
        try checkSigners(of: entry, after: accepted?.state)
        if accepted == nil, entry.record.sequence > 1 { try checkSigners(of: entry, for: .release) }
        accepted = head
    }

    /// Takes what is known to lead on from what is accepted.
    mutating func accept(_ head: AcceptedHead) { accepted = head }

    /// Whether a host that has accepted nothing may begin at this record (rule 2). If not, it begins at one before it.
    package func canBegin(at entry: LogEntry) -> Bool {
        entry.record.sequence == 1 || isVouchedFor(entry)
    }

    /// Whether enough keys for `release` signed the record, who may say what its whole state is.
    private func isVouchedFor(_ entry: LogEntry) -> Bool {
        do throws(TrustRefusal) {
            try checkSigners(of: entry, for: .release)
            return true
        } catch {
            return false
        }
    }

    /// Whether a record is trusted for its own change, and for its whole state besides.
    func vouches(_ entry: LogEntry) -> Bool {
        do throws(TrustRefusal) {
            try requireVouching(entry)
            return true
        } catch {
            return false
        }
    }

    /// Throws why a record does not vouch for those before it.
    func requireVouching(_ entry: LogEntry) throws(TrustRefusal) {
        try checkSigners(of: entry, for: .release)
        try checkSigners(of: entry, for: entry.record.change.role)
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

    /// Rules 1 to 4. Returns what accepting the record would come to.
    func check(_ entry: LogEntry, after accepted: AcceptedHead?, now: Instant) throws(TrustRefusal) -> AcceptedHead {
        let record = entry.record
        if let defect = record.defect { throw .malformed(record.sequence, defect) }
        guard record.app == app else { throw .wrongApp(record.sequence, record.app) }
        if let accepted { try check(entry, follows: accepted) }
        guard record.time <= now + Limits.clockSkew else { throw .fromTheFuture(record.sequence, record.time) }
        return AcceptedHead(
            volume: record.volume, sequence: record.sequence, digest: entry.digest, time: record.time, state: record.state)
    }

    private func check(_ entry: LogEntry, follows accepted: AcceptedHead) throws(TrustRefusal) {
        let record = entry.record
        guard record.volume == accepted.volume else { throw .wrongVolume(expected: accepted.volume, found: record.volume) }
        try check(digest: entry.digest, at: record.sequence)
        guard record.sequence > accepted.sequence else { throw .rewind(accepted: accepted.sequence, found: record.sequence) }
        guard record.sequence == accepted.sequence + 1 else {
            throw .gap(expected: accepted.sequence + 1, found: record.sequence)
        }
        guard record.previous == accepted.digest else { throw .fork(record.sequence) }
        guard record.time + Limits.clockSkew >= accepted.time else { throw .backdated(record.sequence, record.time) }
        do throws(IllegalStep) {
            guard try accepted.state.applying(record.change, sequence: record.sequence, at: record.time) == record.state else {
                throw IllegalStep(description: "the state it claims is not what its change makes of the state before")
            }
        } catch {
            throw .illegalStep(record.sequence, error.description)
        }
    }

    private func checkSigners(of entry: LogEntry, after state: LogState?) throws(TrustRefusal) {
        let change = entry.record.change
        do throws(TrustRefusal) {
            try checkSigners(of: entry, for: change.role)
        } catch {
            guard let state, change.isCoordination(in: state) else { throw error }
            do throws(TrustRefusal) {
                try checkSigners(of: entry, for: .coordinate)
            } catch let second {
                // The more telling of the two.
                if case .untrusted = second { throw error }
                throw second
            }
        }
    }

    private func checkSigners(of entry: LogEntry, for role: TrustRole) throws(TrustRefusal) {
        guard let policy else { return }
        let sequence = entry.record.sequence
        let madeAt = max(entry.record.time, lastLook ?? entry.record.time)
        let signers = policy.keys.filter { $0.roles.contains(role) && entry.signers.contains($0.publicKey) }
        let current = signers.filter { key in key.expires.map { madeAt < $0 } ?? true }
        // A key counts once, under however many names it is listed; and not at all when one of them has expired.
        let expired = signers.filter { key in key.expires.map { madeAt >= $0 } ?? false }
        let counted = Set(current.map(\.publicKey)).subtracting(expired.map(\.publicKey))
        // Whatever a policy says, nothing is trusted without a signature.
        let needed = max(1, policy.threshold(for: role))
        guard counted.count < needed else { return }
        if let key = expired.first, let expiry = key.expires { throw .expired(sequence, key: key.name, at: expiry) }
        if counted.isEmpty { throw .untrusted(sequence, role) }
        throw .tooFewSignatures(sequence, role, found: counted.count, needed: needed)
    }
}
