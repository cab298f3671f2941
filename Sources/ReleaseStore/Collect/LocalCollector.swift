import RolloutCore
import RolloutSystem
import SystemPackage

/// Deletes what nothing needs from a host's local store. Only for whoever holds its lock.
///
/// `current`, what serves, what is being attempted, what would be fallen back to, and everything the caller pins always stay;
/// of the rest the newest of those that proved themselves here.
package struct LocalCollector: Sendable {
    package let store: LocalStore

    package init(_ store: LocalStore) { self.store = store }

    /// - Parameters:
    ///   - record: the host's; what it names stays.
    ///   - pinned: releases a backend still runs from.
    ///   - keep: how many proven releases stay in all.
    package func collect(
        _ record: HostRecord, pinned: Set<Digest> = [], keep: Int, dryRun: Bool = false
    ) throws(StoreError) -> CollectOutcome {
        var outcome = CollectOutcome(isDryRun: dryRun)
        var needed = pinned
        needed.formUnion([record.serving, record.attempt?.target, record.probation?.fallback].compactMap { $0?.release })
        // When the link cannot be read, whatever it may name stays, with everything else.
        if let current = try CurrentLink(store).read() { needed.insert(current) }
        needed.formUnion(record.proven.prefix(max(0, keep)))
        for release in try store.releases() {
            if needed.contains(release) {
                outcome.kept += 1
                continue
            }
            if !dryRun { try remove(release) }
            outcome.removed.append(.init(path: "releases/\(release.hex)", bytes: 0, reason: "nothing on this host needs it"))
        }
        return outcome
    }

    /// Under another name first: a release that is half removed must not be found under its own.
    private func remove(_ release: Digest) throws(StoreError) {
        let unfinished = store.layout.unfinished(release, unique: UniqueName.next())
        try attempt("collect release \(release.short)") { () throws(FileError) in
            try store.fileSystem.rename(store.layout.release(release), to: unfinished, for: .releaseCollect)
            try store.fileSystem.syncDirectory(store.layout.releases, for: .releaseCollect)
            try store.fileSystem.removeTree(unfinished, for: .releaseCollect)
        }
    }
}
