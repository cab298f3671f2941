import RolloutCore
import RolloutSystem
import SystemPackage

/// Writes to an app's log: releases, rollbacks, and every other change. Two at once both succeed, in an order; each decides on
/// the state that is there when its record is written.
///
/// It signs a state that contains what others wrote before. So it first accepts the log as a host would, under `policy`;
/// and it writes nothing that a host with that policy would not accept.
package struct Publisher: Sendable {
    package let root: FilePath
    package let app: AppName
    package let policy: TrustPolicy?
    package let keys: [SigningKey]
    /// For people.
    package let who: String
    /// The newest record, when it and some before it are not signed as `policy` demands, and a person vouches for them.
    package var vouchedThrough: UInt64?
    /// Whether a person knows that the volume was restored, and that hosts do not follow it until they are told to.
    package var isAfterRestore = false
    let fileSystem: any FileSystem
    let clock: any HostClock

    /// How often another publisher may be faster before it gives up.
    private static let attempts = 1000

    /// - Parameters:
    ///   - root: the volume's.
    ///   - policy: what the hosts trust; `nil` checks no signatures, so the log is taken on faith.
    ///   - keys: each signs; empty only for volumes whose hosts trust every record.
    package init(
        root: FilePath, app: AppName, policy: TrustPolicy?, keys: [SigningKey], who: String, clock: any HostClock,
        in fileSystem: any FileSystem
    ) {
        self.root = root
        self.app = app
        self.policy = policy
        self.keys = keys
        self.who = who
        self.clock = clock
        self.fileSystem = fileSystem
    }

    var now: Instant { Instant(milliseconds: clock.wallMilliseconds) }

    // MARK: Changes

    /// Writes a record with this change.
    ///
    /// Throws `.illegalStep` or `.quarantined` when the state does not allow it, `.untrusted`, `.refused`, `.unknownOutcome`, `.unavailable`.
    package func operate(_ change: Change, message: String) throws(StoreError) -> Appended {
        try append(message: message) { (_, _) throws(StoreError) in change }
    }

    /// Writes a record with this change as the one after `head`; `nil` when another record stands there. Nothing is written then.
    package func operate(_ change: Change, after head: AcceptedHead, message: String) throws(StoreError) -> Appended? {
        var isSuperseded = false
        do throws(StoreError) {
            return try append(message: message) { (found, _) throws(StoreError) in
                guard found?.sequence == head.sequence, found?.digest == head.digest else {
                    isSuperseded = true
                    throw StoreError(.contended, change.words, "another record was written first", "Look again.")
                }
                return change
            }
        } catch {
            if isSuperseded { return nil }
            throw error
        }
    }

    /// Writes a record with the change that `decide` makes of the log's newest record. When another publisher is faster, it decides
    /// again.
    package func append(
        message: String, deciding decide: (AcceptedHead?, Volume) throws(StoreError) -> Change
    ) throws(StoreError) -> Appended {
        let volume = try Volume.open(at: root, in: fileSystem)
        let log = ReleaseLog(volume: volume, app: app, policy: policy)
        var follower = LogFollower(root: root, app: app, policy: policy, resuming: nil)
        for _ in 0..<Self.attempts {
            let statuses = presentHosts()
            let end = try end(&follower)
            let before = end.head
            let change = try decide(before, volume)
            let record = try record(change, after: before, volume: volume.id, message: message)
            if before == nil { try log.prepare() }
            try requireSignatures(before, log)
            switch try log.write(record, keys: keys, after: end, now: now) {
            case .written(let entry):
                var warnings = end.doubted.map { ["It vouches for \($0.words), which the trust policy does not trust."] } ?? []
                let strangers = Self.strangers(to: before, among: statuses)
                if !strangers.isEmpty {
                    warnings.append(
                        "\(Self.words(strangers)). They follow nothing until `wasmrollout accept-log` was run on each of them.")
                }
                do throws(StoreError) { try log.updateBeacon(from: entry) } catch {
                    warnings.append("\(error) Hosts see the record later, when they next look for themselves.")
                }
                return Appended(record: entry.record, digest: entry.digest, warnings: warnings)
            case .taken: continue
            }
        }
        throw StoreError(
            .contended, "write to the log of app '\(app)'", "others were faster \(Self.attempts) times", "Try again later.")
    }

    // MARK: Steps

    /// Accepts everything that is in the log.
    func catchUp(_ follower: inout LogFollower) throws(StoreError) {
        while true {
            let result = follower.look(in: fileSystem, now: now)
            if let failure = result.failure { throw failure }
            if let refusal = result.refusal { throw StoreError(refusal, during: "write to the log of app '\(app)'") }
            if !result.isBehind { return }
        }
    }

    func record(
        _ change: Change, after before: AcceptedHead?, volume: VolumeID, message: String
    ) throws(StoreError) -> Record {
        let sequence = (before?.sequence ?? 0) + 1
        guard sequence <= Limits.sequence else {
            throw StoreError(.refused, "write to the log of app '\(app)'", "it is full", "Use a new app.")
        }
        // A clock that is a little behind the one before must not make a record that goes back in time.
        let time = max(now, before?.time ?? now)
        let state = try Self.apply(change, to: before?.state ?? .empty, sequence: sequence, at: time)
        return Record(
            volume: volume, app: app, sequence: sequence, previous: before?.digest, time: time, who: who, message: message,
            change: change, state: state)
    }

    static func apply(
        _ change: Change, to state: LogState, sequence: UInt64, at time: Instant
    ) throws(StoreError) -> LogState {
        do throws(IllegalStep) {
            return try state.applying(change, sequence: sequence, at: time)
        } catch {
            let code: StoreError.Code = error.quarantined.map { .quarantined($0) } ?? .illegalStep
            throw StoreError(code, change.words, error.description, "See `wasmrollout status` and `wasmrollout log`.")
        }
    }

    /// An unsigned record behind signed ones would stop every host that checks signatures, for good.
    private func requireSignatures(_ before: AcceptedHead?, _ log: ReleaseLog) throws(StoreError) {
        guard keys.isEmpty, let before, let newest = try log.stored(before.sequence), !newest.envelope.signatures.isEmpty
        else { return }
        throw StoreError(
            .refused, "write to the log of app '\(app)'", "its newest record is signed and this one would not be",
            "Give a key with `--key`.")
    }
}

extension StoreError {
    /// A log, or a record to be written, that is not trusted.
    init(_ refusal: TrustRefusal, during action: String) {
        let words = "\(refusal)"
        self.init(.untrusted(refusal), action, words.hasSuffix(".") ? String(words.dropLast()) : words, "Nothing was written.")
    }
}
