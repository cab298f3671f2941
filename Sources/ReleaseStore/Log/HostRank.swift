import Crypto
import RolloutCore

/// A host's place in a rollout, 0 to 999,999: the first eight bytes, big-endian, of the SHA-256 of `<rollout>/<host>`, modulo a
/// million. The same for as long as the rollout lasts, and another in the next, so that no host is always the first.
package func hostRank(of host: HostID, inRollout rollout: UInt64) -> Int {
    var hash = SHA256()
    hash.update(data: Array("\(rollout)/\(host)".utf8))
    let number = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(number % 1_000_000)
}
