import RolloutCore

/// Accepts a log record by record, as a host would that was there from the beginning, and reports what no host would accept.
struct LogWalk {
    /// Records that are refused for their signers alone, as long as nothing vouches for them.
    private struct Doubt {
        var chain: VouchedChain
        var first: UInt64
        var last: UInt64
        var path: String
        var refusal: TrustRefusal
    }

    private let volume: VolumeID
    private let now: Instant
    /// The newest record that follows from all before it.
    private(set) var newest: LogEntry?
    private var log: TrustedLog
    private var doubt: Doubt?
    /// Everything that follows would be reported as a consequence.
    private var isBroken = false

    init(_ volume: VolumeID, app: AppName, policy: TrustPolicy?, now: Instant) {
        self.volume = volume
        self.log = TrustedLog(app: app, policy: policy)
        self.now = now
    }

    /// Nothing behind this can be followed.
    mutating func stop() { isBroken = true }

    mutating func add(_ entry: LogEntry, _ path: String, _ report: inout VerifyReport) {
        guard !isBroken else { return }
        do throws(TrustRefusal) {
            guard entry.record.volume == volume else { throw .wrongVolume(expected: volume, found: entry.record.volume) }
            if doubt != nil { try followDoubt(entry, &report) } else { try accept(entry, path) }
        } catch {
            report.add(.error, path, "\(error)")
            stop()
        }
    }

    /// What was doubted to the end is an error.
    func finish(_ report: inout VerifyReport) {
        if let doubt { report.add(.error, doubt.path, "\(doubt.refusal)") }
    }

    private mutating func accept(_ entry: LogEntry, _ path: String) throws(TrustRefusal) {
        do throws(TrustRefusal) {
            try log.accept(entry, now: now)
            newest = entry
        } catch {
            guard error.isForSigners else { throw error }
            var chain = VouchedChain(after: log)
            _ = try chain.add(entry, now: now)
            let sequence = entry.record.sequence
            doubt = Doubt(chain: chain, first: sequence, last: sequence, path: path, refusal: error)
        }
    }

    private mutating func followDoubt(_ entry: LogEntry, _ report: inout VerifyReport) throws(TrustRefusal) {
        guard var doubt else { return }
        let vouched = try doubt.chain.add(entry, now: now)
        if let vouched {
            let records = doubt.first == doubt.last ? "record \(doubt.first)" : "records \(doubt.first) to \(doubt.last)"
            report.add(
                .note, doubt.path,
                "\(records): not signed as the trust policy demands now; record \(entry.record.sequence) vouches for all before it"
            )
            log = vouched
            newest = entry
            self.doubt = nil
        } else {
            doubt.last = entry.record.sequence
            self.doubt = doubt
        }
    }
}
