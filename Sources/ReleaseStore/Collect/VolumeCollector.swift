import RolloutCore
import RolloutSystem
import SystemPackage

/// Deletes what nothing needs from a volume: blobs of no release that is still wanted, statuses of hosts that are gone, and temporary
/// files of publishers that were killed.
///
/// A release is wanted when it is a target, promoted, or rolling out on any channel, or pinned, among the last `keep` released in the
/// log, or named in the status of any host that is not gone. When anything that decides this cannot be read, nothing is deleted.
///
/// Blobs come before the record that makes them wanted, and a slow host may still read what was wanted a moment ago. So
/// only what was neither written nor reused for `grace` is deleted; a publisher marks what it reuses, and looks again after
/// its record is written. No publish may take longer than `grace`.
package struct VolumeCollector: Sendable {
    package let volume: Volume
    /// Releases per app to keep from the log, beside those that are wanted anyway.
    package var keep: Int
    /// What is younger stays.
    package var grace: Duration

    package static let defaultKeep = 10
    package static let defaultGrace: Duration = .seconds(24 * 3600)
    /// Records looked at to find the last releases of an app, at most.
    static let recordsPerApp = 2000

    package init(_ volume: Volume, keep: Int = defaultKeep, grace: Duration = defaultGrace) {
        self.volume = volume
        self.keep = keep
        self.grace = grace
    }

    private var fileSystem: any FileSystem { volume.fileSystem }
    private var layout: VolumeLayout { volume.layout }

    /// Throws, with no blob deleted, when a log, a status or a wanted manifest cannot be read.
    /// - Parameter now: by the volume server's clock as nearly as is known: ages of files are by that.
    package func collect(now: Instant, dryRun: Bool) throws(StoreError) -> CollectOutcome {
        var outcome = CollectOutcome(isDryRun: dryRun)
        let gone = try GoneHosts(volume, now: now)
        let wanted = try wantedBlobs(besides: gone)
        for (path, reason) in gone.statuses {
            // What its host needs was not reckoned with.
            guard try remove(path, reason, gone.before, &outcome, .statusCollect, by: \.written) else {
                throw StoreError(
                    .contended, "collect \(layout.root)", "\(path) is written again after a week", "Collect again.")
            }
        }
        let before = (now + .milliseconds(-grace.milliseconds)).milliseconds
        for shard in try list(layout.blobsByDigest).sorted() {
            let directory = layout.blobsByDigest.appending(shard)
            guard try status(directory)?.kind == .directory else { continue }
            for name in try list(directory).sorted() {
                guard let digest = Digest(hex: name), digest.hex.hasPrefix(shard) else { continue }
                if wanted.contains(digest) {
                    outcome.kept += 1
                } else {
                    try remove(directory.appending(name), "no release that is kept needs it", before, &outcome, .blobCollect)
                }
            }
        }
        for name in try list(layout.temporary).sorted() where AtomicWrite.isTemporary(name) {
            try remove(layout.temporary.appending(name), "its writer did not finish", before, &outcome, .temporarySweep)
        }
        return outcome
    }

    // MARK: What is wanted

    private func wantedBlobs(besides gone: GoneHosts) throws(StoreError) -> Set<Digest> {
        let blobs = BlobStore(volume)
        var wanted = Set<Digest>()
        for app in try volume.apps() {
            for release in try wantedReleases(of: app, besides: gone) where wanted.insert(release.digest).inserted {
                do throws(StoreError) {
                    wanted.formUnion(try blobs.manifest(of: release.digest).files.map(\.digest))
                } catch  where error.code == .missing(release.digest) && !release.isEssential {
                    // Collected before; a host's status or an old record may still name it.
                } catch {
                    throw StoreError(
                        error.code, "collect \(layout.root)",
                        "the manifest of release \(release.digest.short) of app '\(app)', "
                            + "which is needed, cannot be read: \(error.reason)", "Publish the release again, then collect.")
                }
            }
        }
        return wanted
    }

    private struct Wanted: Hashable {
        var digest: Digest
        /// Without its manifest nothing may be deleted.
        var isEssential: Bool
    }

    private func wantedReleases(of app: AppName, besides gone: GoneHosts) throws(StoreError) -> [Wanted] {
        let log = ReleaseLog(volume: volume, app: app, policy: nil)
        var essential = Set<Digest>()
        var others = Set<Digest>()
        var sequence = try log.newestSequence(hints: [try log.beacon()?.sequence ?? 0])
        var isNewest = true
        var looked = 0
        while sequence > 0, isNewest || others.count < keep, looked < Self.recordsPerApp {
            guard let entry = try log.read(sequence) else { break }
            if isNewest {
                essential.formUnion(entry.record.state.releases)
            }
            if case .release(_, let release, _) = entry.record.change { others.insert(release) }
            isNewest = false
            looked += 1
            sequence -= 1
        }
        for entry in try gone.others(of: app) {
            do throws(StoreError) {
                others.formUnion(try entry.status.get().releases)
            } catch {
                throw StoreError(error.code, "collect \(layout.root)", error.reason, error.remedy)
            }
        }
        return essential.map { Wanted(digest: $0, isEssential: true) }
            + others.subtracting(essential).map { Wanted(digest: $0, isEssential: false) }
    }

    // MARK: Files

    /// Returns `false` when it is too young.
    @discardableResult
    private func remove(
        _ path: FilePath, _ reason: String, _ before: Int64, _ outcome: inout CollectOutcome, _ purpose: FilePurpose,
        by time: KeyPath<FileStatus, Int64> = \.youngest
    ) throws(StoreError) -> Bool {
        // Right before the deletion: a publisher may have reused it since the directory was listed.
        guard let found = try status(path), found.kind != .directory else { return true }
        guard found[keyPath: time] < before else {
            outcome.kept += 1
            return false
        }
        if !outcome.isDryRun {
            do throws(FileError) {
                try fileSystem.unlink(path, for: purpose)
            } catch  where error.code == .notFound {
                return true
            } catch {
                throw StoreError(error, during: "collect \(layout.root)")
            }
        }
        let relative = path.string.dropFirst(layout.root.string.count).drop { $0 == "/" }
        outcome.removed.append(.init(path: String(relative), bytes: found.size, reason: reason))
        return true
    }

    private func list(_ path: FilePath) throws(StoreError) -> [String] {
        do throws(FileError) {
            return try fileSystem.list(path, limit: Volume.namesLimit, for: .blobCollect)
        } catch  where error.code == .notFound {
            return []
        } catch {
            throw StoreError(error, during: "collect \(layout.root)")
        }
    }

    private func status(_ path: FilePath) throws(StoreError) -> FileStatus? {
        try attempt("collect \(layout.root)") { () throws(FileError) in try fileSystem.status(path, for: .blobCollect) }
    }
}

extension FileStatus {
    /// When it was written last, in milliseconds since 1970.
    var written: Int64 { modified / 1_000_000 }
    /// When it was written last, or reused.
    fileprivate var youngest: Int64 { max(modified, changed) / 1_000_000 }
}
