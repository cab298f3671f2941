import RolloutCore
import RolloutSystem
import SystemPackage

extension Publisher {
    /// Puts a release on the volume and makes it the channel's target: blobs, then the manifest, then the record, so that
    /// whenever it is interrupted the volume verifies, and doing it again completes it.
    ///
    /// - Parameters:
    ///   - plan: how it goes through the fleet.
    ///   - newCapabilities: what to do when it asks for more than the last promoted release.
    ///   - dryRun: nothing is written; everything else is checked.
    ///   - progress: is told how many of `manifest.totalBytes` were dealt with since it was last told.
    package func publish(
        _ release: PendingRelease, channel: ChannelName, plan: ReleasePlan = .template(.allAtOnce),
        newCapabilities: NewCapabilities = .allowed, message: String, dryRun: Bool = false,
        progress: (UInt64) -> Void = { _ in }
    ) throws(StoreError) -> PublishOutcome {
        let manifest = release.manifest
        let bytes = try encode(manifest)
        let id = Digest(of: bytes)
        let volume = try Volume.open(at: root, in: fileSystem)
        let blobs = BlobStore(volume)
        let statuses = presentHosts()
        let accepted = try head()
        try requireNotRestored(accepted, statuses)
        var outcome = try outline(id, manifest, channel: channel, plan, after: accepted, blobs)
        try require(newCapabilities, outcome, "publish \(manifest.app) \(manifest.version)")
        if dryRun {
            for file in manifest.distinctContents {
                let isThere = try blobs.check(file.digest, size: file.size) == .good
                if isThere { outcome.reusedBytes += file.size } else { outcome.newBytes += file.size }
                progress(file.size)
            }
            return outcome
        }
        try ingest(release, manifestBytes: bytes, id, into: blobs, &outcome, progress)
        let appended = try append(message: message) { (head, volume) throws(StoreError) in
            let sequence = (head?.sequence ?? 0) + 1
            let plan = try self.plan(plan, channel: channel, sequence: sequence, pins: head?.state.pins ?? [:], on: volume)
            return .release(channel: channel, release: id, plan: plan)
        }
        outcome.note(appended, channel: channel)
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
        _ id: Digest, _ manifest: ReleaseManifest, channel: ChannelName, _ plan: ReleasePlan, after accepted: AcceptedHead?,
        _ blobs: BlobStore
    ) throws(StoreError) -> PublishOutcome {
        let sequence = (accepted?.sequence ?? 0) + 1
        let pins = accepted?.state.pins ?? [:]
        let plan = try self.plan(plan, channel: channel, sequence: sequence, pins: pins, on: blobs.volume)
        return try outline(.release(channel: channel, release: id, plan: plan), manifest, plan, after: accepted, blobs)
    }

    /// What a change that releases something on a channel would do.
    func outline(
        _ change: Change, _ manifest: ReleaseManifest, _ plan: RolloutPlan, after accepted: AcceptedHead?, _ blobs: BlobStore
    ) throws(StoreError) -> PublishOutcome {
        guard let id = change.release, let channel = change.channel else {
            preconditionFailure("\(change.kind) releases nothing")
        }
        let sequence = (accepted?.sequence ?? 0) + 1
        let next = try Self.apply(
            change, to: accepted?.state ?? .empty, sequence: sequence, at: max(now, accepted?.time ?? now))
        let state = accepted?.state.channels[channel]
        var outcome = PublishOutcome(release: id, before: state?.target, plan: plan, addedCapabilities: manifest.capabilities)
        outcome.rollout = next.channels[channel]?.rollout
        outcome.next = sequence
        outcome.pinned = Set(next.pins.keys)
        if let open = state?.rollout, let target = state?.target {
            let wave = (open.openWave ?? -1) + 1
            outcome.warnings.append(
                "The rollout of \(target.short) ends with this record, at wave \(wave) of \(open.plan.waves.count).")
        }
        // What is new is new to the last release that was found good: one that still rolls out may ask for the same.
        guard let before = state?.promoted.first ?? state?.target else { return outcome }
        do throws(StoreError) {
            let older = try blobs.manifest(of: before)
            outcome.addedCapabilities = manifest.capabilities.added(since: older.capabilities)
        } catch {
            outcome.warnings.append(
                "Could not compare with release \(before.short): \(error.reason). All it asks for is shown as new.")
        }
        return outcome
    }

    /// Throws when a release asks for more than may be given to it without anybody looking.
    func require(_ newCapabilities: NewCapabilities, _ outcome: PublishOutcome, _ action: String) throws(StoreError) {
        guard newCapabilities == .refused, !outcome.addedCapabilities.isEmpty, outcome.before != nil,
            !outcome.plan.waves[0].needsApproval
        else { return }
        throw StoreError(
            .refused, action,
            "it asks for more than the release before it (\(outcome.addedCapabilities.phrases.joined(separator: "; ")))",
            "Allow that with --allow-new-capabilities, or have somebody approve it first with --approve-before 1.")
    }

    /// The log's newest record, accepted as a host would.
    package func head() throws(StoreError) -> AcceptedHead? {
        var follower = LogFollower(root: root, app: app, policy: policy, resuming: nil)
        return try end(&follower).head
    }

    /// The plan for the fleet as it reports now. Hosts that are pinned take no part: a first wave of one of them would try nothing.
    func plan(
        _ plan: ReleasePlan, channel: ChannelName, sequence: UInt64, pins: [HostID: Pin], on volume: Volume
    ) throws(StoreError) -> RolloutPlan {
        switch plan {
        case .exact(let plan): return plan
        case .template(let template):
            if let defect = template.defect {
                throw StoreError(.refused, "plan the rollout", defect, "Correct the plan.")
            }
            guard template.waves.count > 1 else { return template.plan(hosts: []) }
            let reports = try StatusBoard(volume, app: app).reports(at: now)
            let present = reports.filter { $0.channel == channel && pins[$0.host] == nil && $0.isThere(at: now) }
            // A first wave of one that is a function host would be nobody's a minute later.
            let lasting = present.filter { $0.leaseUntil == nil }
            let hosts = lasting.isEmpty ? present : lasting
            return template.plan(hosts: hosts.map { (hostRank(of: $0.host, inRollout: sequence), $0.labels) })
        }
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
