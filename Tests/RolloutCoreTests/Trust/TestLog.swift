import RolloutCore

/// A legal log of an app `shop`: record n releases digest n on channel `stable`, a second after the one before. Signed with `signers`.
enum TestLog {
    static let volume: VolumeID = {
        guard let volume = VolumeID("00000000-0000-0000-0000-00000000000a") else { preconditionFailure("not a UUID") }
        return volume
    }()
    static let key = TestLog.publicKey("a")
    static let operatorKey = TestLog.publicKey("b")
    static let both: Set<TrustRole> = [.release, .operate]

    /// 32 bytes in base64, different for each letter.
    static func publicKey(_ letter: Character) -> String { String(repeating: letter, count: 42) + "A=" }

    static let policy = TrustPolicy(keys: [
        TrustedKey(publicKey: key, name: "ci", roles: [.release]),
        TrustedKey(publicKey: operatorKey, name: "ops", roles: [.operate]),
    ])

    static func fresh(_ policy: TrustPolicy? = policy) -> TrustedLog { TrustedLog(app: "shop", policy: policy) }

    /// A log that has accepted `count` records, the first being `first`.
    static func accepted(_ count: UInt64, from first: UInt64 = 1, policy: TrustPolicy? = policy) throws -> TrustedLog {
        var log = fresh(policy)
        for sequence in first..<(first + count) {
            try log.accept(entry(sequence), now: Instant(milliseconds: 1_800_000_000_000))
        }
        return log
    }

    static func entry(_ sequence: UInt64, signers: Set<String> = [key]) -> LogEntry {
        LogEntry(record: record(sequence), digest: digest(Int(100 + sequence)), signers: signers)
    }

    /// The record after `entry(sequence - 1)` that makes `change`.
    static func entry(_ sequence: UInt64, _ change: Change, signers: Set<String>) throws -> LogEntry {
        var entry = entry(sequence, signers: signers)
        entry.record.change = change
        entry.record.state = try record(sequence - 1).state.applying(change, sequence: sequence, at: record(sequence).time)
        return entry
    }

    private static func record(_ sequence: UInt64) -> Record {
        let releases = (1...sequence).reversed().prefix(Limits.history).map { digest(Int($0)) }
        return Record(
            volume: volume, app: "shop", sequence: sequence, previous: sequence == 1 ? nil : digest(Int(99 + sequence)),
            time: Instant(milliseconds: 1_799_999_000_000 + Int64(sequence) * 1000), who: "ann", message: "",
            change: .release(channel: "stable", release: digest(Int(sequence)), waves: [.everyone]),
            state: LogState(
                channels: [
                    "stable": ChannelState(target: digest(Int(sequence)), decision: sequence, promoted: Array(releases))
                ],
                quarantined: []))
    }
}
