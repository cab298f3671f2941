import RolloutCore
import RolloutSystem
import SystemPackage

extension Publisher {
    /// Puts a release on the volume and makes it the channel's target: blobs, then the manifest, then the record, so that
    /// whenever it is interrupted the volume verifies, and doing it again completes it.
    ///
    /// - Parameters:
    ///   - waves: rising, the last is everyone.
    ///   - dryRun: nothing is written; everything else is checked.
    ///   - progress: is told how many of `manifest.totalBytes` were dealt with since it was last told.
    package func publish(
        _ release: PendingRelease, channel: ChannelName, waves: [WaveSize] = [.everyone], message: String, dryRun: Bool = false,
        progress: (UInt64) -> Void = { _ in }
    ) throws(StoreError) -> PublishOutcome {
        let manifest = release.manifest
        let bytes = try encode(manifest)
        let id = Digest(of: bytes)
        let volume = try Volume.open(at: root, in: fileSystem)
        let blobs = BlobStore(volume)
        let change = Change.release(channel: channel, release: id, waves: waves)
        var outcome = try outline(change, id, manifest, channel: channel, blobs)
        if dryRun {
            for file in manifest.distinctContents {
                let isThere = try blobs.check(file.digest, size: file.size) == .good
                if isThere { outcome.reusedBytes += file.size } else { outcome.newBytes += file.size }
                progress(file.size)
            }
            return outcome
        }
        try ingest(release, manifestBytes: bytes, id, into: blobs, &outcome, progress)
        let appended = try operate(change, message: message)
        outcome.sequence = appended.record.sequence
        outcome.warnings += appended.warnings
        // What was reused may have been collected until the record protected it.
        let absent = try blobs.firstAbsent(of: manifest)
        let lacksManifest = try blobs.isAbsent(id)
        if absent != nil || lacksManifest {
            try ingest(release, manifestBytes: bytes, id, into: blobs, &outcome) { _ in }
        }
        return outcome
    }

    private func encode(_ manifest: ReleaseManifest) throws(StoreError) -> [UInt8] {
        func refused(_ reason: String) -> StoreError {
            StoreError(.refused, "publish \(manifest.app) \(manifest.version)", reason, "Correct it and publish again.")
        }
        guard manifest.app == app else { throw refused("its manifest is for app '\(manifest.app)', not '\(app)'") }
        if let defect = manifest.storeDefect { throw refused(defect) }
        let bytes = try CanonicalJSON.encode(manifest)
        guard bytes.count <= Limits.manifestBytes else {
            throw refused("its manifest has \(bytes.count) bytes, \(Limits.manifestBytes) are allowed")
        }
        return bytes
    }

    /// What is known before anything is written; throws when the record could not be written anyway.
    private func outline(
        _ change: Change, _ id: Digest, _ manifest: ReleaseManifest, channel: ChannelName, _ blobs: BlobStore
    ) throws(StoreError) -> PublishOutcome {
        var follower = LogFollower(root: root, app: app, policy: policy, resuming: nil)
        try catchUp(&follower)
        let accepted = follower.log.accepted
        _ = try Self.apply(change, to: accepted?.state ?? .empty, sequence: (accepted?.sequence ?? 0) + 1)
        let before = accepted?.state.channels[channel]?.target
        var outcome = PublishOutcome(release: id, before: before, addedCapabilities: manifest.capabilities)
        guard let before else { return outcome }
        do throws(StoreError) {
            let older = try blobs.manifest(of: before)
            outcome.addedCapabilities = manifest.capabilities.added(since: older.capabilities)
        } catch {
            outcome.warnings.append(
                "Could not compare with release \(before.short): \(error.reason). All it asks for is shown as new.")
        }
        return outcome
    }

    private func ingest(
        _ release: PendingRelease, manifestBytes: [UInt8], _ id: Digest, into blobs: BlobStore,
        _ outcome: inout PublishOutcome, _ progress: (UInt64) -> Void
    ) throws(StoreError) {
        for file in release.manifest.distinctContents {
            let content: any ContentReader
            do throws(ContentError) {
                content = try release.content(file)
            } catch {
                throw StoreError(.refused, "read '\(file.path)'", error.reason, "Check the file and publish again.")
            }
            let receipt = try blobs.ingest(content, expecting: file, progress: progress)
            if receipt.isNew { outcome.newBytes += receipt.size } else { outcome.reusedBytes += receipt.size }
        }
        try blobs.ingestManifest(manifestBytes, release: id)
    }
}

extension BlobStore {
    func ingestManifest(_ bytes: [UInt8], release: Digest) throws(StoreError) {
        guard let path = RelativePath("manifest") else { preconditionFailure("'manifest' is a relative path") }
        let file = ReleaseFile(path: path, digest: release, size: UInt64(bytes.count))
        _ = try ingest(MemoryContent(bytes), expecting: file)
    }

    /// The first of a manifest's blobs that the volume does not have, by name alone; `nil` when it has all.
    func firstAbsent(of manifest: ReleaseManifest) throws(StoreError) -> Digest? {
        for file in manifest.distinctContents where try isAbsent(file.digest) { return file.digest }
        return nil
    }

    func isAbsent(_ digest: Digest) throws(StoreError) -> Bool {
        try attempt("look for blob \(digest.short)") { () throws(FileError) in
            try fileSystem.status(layout.blob(digest), for: .blobRead) == nil
        }
    }
}
