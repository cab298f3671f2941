import RolloutCore
import RolloutSystem

/// Writing behind records that the policy does not trust: after an emergency in which a key was removed, or with a higher threshold.
///
/// Hosts with that policy accept a record that vouches for those before it, with all that they say (`VouchedChain`): releases, pins,
/// what a rollback returns to. And nothing tells a record of a key that was trusted once from one of somebody who could write to the
/// volume. So a person must have looked, and says up to which record.
extension Publisher {
    /// Accepts everything that is in the log; what is not trusted at its end only where a person vouches for it.
    func end(_ follower: inout LogFollower) throws(StoreError) -> LogEnd {
        let result = try look(&follower)
        guard let refusal = result.refusal else { return LogEnd(follower.log) }
        guard refusal.isForSigners, let end = try doubtedEnd(follower, newest: result.newest ?? 0), let doubted = end.doubted
        else {
            throw StoreError(refusal, during: "write to the log of app '\(app)'")
        }
        if vouchedThrough == doubted.upperBound { return end }
        let records = doubted.words + (doubted.count == 1 ? " is" : " are")
        let example = doubted.count == 1 ? "" : "record \(refusal.sequence ?? doubted.lowerBound): "
        let earlier = vouchedThrough.map { ", and you vouch for record \($0)" } ?? ""
        throw StoreError(
            .untrusted(refusal), "write to the log of app '\(app)'",
            "\(records) not signed as this trust policy demands (\(example)\(refusal.signers))\(earlier)",
            "Nothing was written. Look at the log with `wasmrollout log` and `wasmrollout status`: if all that stands there is right, or is "
                + "right after this change, vouch for it with --vouch-for \(doubted.upperBound) (see the README, 'In an emergency')."
        )
    }

    /// The log's end when it is whole but for its signers; `nil` when it is not.
    private func doubtedEnd(_ follower: LogFollower, newest: UInt64) throws(StoreError) -> LogEnd? {
        let log = ReleaseLog(volume: try Volume.open(at: root, in: fileSystem), app: app, policy: policy)
        let oldest = newest > Self.reach ? newest - Self.reach + 1 : 1
        var chain = VouchedChain(after: follower.log)
        let first = max((follower.log.accepted?.sequence ?? 0) + 1, follower.log.accepted == nil ? oldest : 1)
        guard first <= newest else { return nil }
        for sequence in first...newest {
            guard let entry = try log.read(sequence), entry.record.volume == log.volume.id else { return nil }
            do throws(TrustRefusal) {
                _ = try chain.add(entry, now: now)
            } catch {
                throw StoreError(error, during: "write to the log of app '\(app)'")
            }
        }
        return LogEnd(chain, doubting: first...newest)
    }

    /// How many records are looked at from the end. A host that has accepted none of them begins at the one that vouches.
    private static let reach = UInt64(LogFollower.recordsPerLook)

    private func look(_ follower: inout LogFollower) throws(StoreError) -> LookResult {
        while true {
            let result = follower.look(in: fileSystem, now: now)
            if let failure = result.failure { throw failure }
            if result.refusal != nil || !result.isBehind { return result }
        }
    }
}

extension ClosedRange<UInt64> {
    /// Of records.
    var words: String { lowerBound == upperBound ? "record \(upperBound)" : "records \(lowerBound) to \(upperBound)" }
}
