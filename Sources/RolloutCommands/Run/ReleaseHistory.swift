import ReleaseStore
import RolloutCore

/// The releases an app's log speaks of.
struct ReleaseHistory {
    private let log: ReleaseLog

    init(_ volume: Volume, app: AppName) { self.log = ReleaseLog(volume: volume, app: app, policy: nil) }

    /// Newest first, none twice. Reads the whole log; a record that cannot be read is passed over.
    func releases() throws -> [Digest] {
        var seen = Set<Digest>()
        var releases: [Digest] = []
        guard try log.newestSequence(hints: []) > 0 else { return [] }
        for sequence in try log.listSequences().reversed() {
            guard let release = try? log.read(sequence)?.record.change.release, seen.insert(release).inserted else { continue }
            releases.append(release)
        }
        return releases
    }
}
