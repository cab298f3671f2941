import RolloutCore
import RolloutSystem
import SystemPackage

/// Reads a whole volume and compares it with the format: structure, every record's chain, state and signatures, every
/// manifest and blob, beacons, statuses, and what does not belong there. Never stops at what is wrong, however hostile.
package struct VolumeVerifier: Sendable {
    package let volume: Volume
    /// Per app, whose signatures must be there; an app without one is checked for everything else.
    package var policies: [AppName: TrustPolicy]
    /// For apps that `policies` leaves out.
    package var policy: TrustPolicy?

    package init(_ volume: Volume, policy: TrustPolicy? = nil, policies: [AppName: TrustPolicy] = [:]) {
        self.volume = volume
        self.policy = policy
        self.policies = policies
    }

    private var fileSystem: any FileSystem { volume.fileSystem }
    private var layout: VolumeLayout { volume.layout }

    /// Throws `.unavailable` only: when the volume goes away in the middle.
    package func verify(now: Instant) throws(StoreError) -> VerifyReport {
        var report = VerifyReport()
        let known = Set(
            [layout.description, layout.settings, layout.blobs, layout.apps, layout.temporary].map(\.lastName) + ["lost+found"])
        for name in try list(layout.root, &report) where !known.contains(name) {
            report.add(.warning, name, "does not belong on a volume")
        }
        let temporary = try list(layout.temporary, &report)
        if !temporary.isEmpty {
            report.add(.note, "tmp", "holds \(temporary.count) unfinished files; `wasmrollout collect` removes old ones")
        }
        var wanted = WantedBlobs()
        for name in try list(layout.apps, &report) {
            guard let app = AppName(name) else {
                report.add(.warning, "apps/\(name)", "is no app: the name is not allowed")
                continue
            }
            guard try kind(layout.app(app)) == .directory else {
                report.add(.error, "apps/\(name)", "is not a directory")
                continue
            }
            let verifier = AppVerifier(volume: volume, app: app, policy: policies[app] ?? policy)
            try verifier.verify(now: now, &report, &wanted)
        }
        try verifyBlobs(wanted, &report)
        return report
    }

    private func verifyBlobs(_ wanted: WantedBlobs, _ report: inout VerifyReport) throws(StoreError) {
        let store = BlobStore(volume)
        var found = Set<Digest>()
        for shard in try list(layout.blobsByDigest, &report) {
            for name in try list(layout.blobsByDigest.appending(shard), &report) {
                let path = "blobs/sha256/\(shard)/\(name)"
                guard let digest = Digest(hex: name), digest.hex.hasPrefix(shard), shard.count == 2 else {
                    report.add(.warning, path, "is no blob: the name is not a digest in its place")
                    continue
                }
                found.insert(digest)
                try verify(digest, in: store, path, wanted, &report)
            }
        }
        for (digest, user) in wanted.users.sorted(by: { $0.key.hex < $1.key.hex }) where !found.contains(digest) {
            report.add(user.severity, "blobs/sha256/\(digest.hex.prefix(2))/\(digest.hex)", "is missing; \(user.words)")
        }
    }

    private func verify(
        _ digest: Digest, in store: BlobStore, _ path: String, _ wanted: WantedBlobs, _ report: inout VerifyReport
    ) throws(StoreError) {
        let user = wanted.users[digest]
        let severity = user?.severity ?? .warning
        let words = user.map { "; \($0.words)" } ?? ""
        report.blobs += 1
        let limit = user?.isManifest == true ? UInt64(Limits.manifestBytes) : Limits.blobBytes
        switch try store.check(digest, size: user?.size, limit: limit) {
        case .good: break
        case .missing: report.add(severity, path, "is gone\(words)")
        case .damaged(let reason): report.add(severity, path, "is damaged: \(reason)\(words)")
        }
        guard let status = try status(layout.blob(digest)) else { return }
        report.bytes &+= status.size
        if status.mode & 0o222 != 0 { report.add(.note, path, "can be written to; its mode should be 0444") }
    }

    private func list(_ path: FilePath, _ report: inout VerifyReport) throws(StoreError) -> [String] {
        do throws(FileError) {
            return try fileSystem.list(path, limit: Volume.namesLimit, for: .volumeRead).sorted()
        } catch  where [.notFound, .notDirectory, .notRegular, .tooMany, .permissionDenied].contains(error.code) {
            report.add(.error, relative(path), "cannot be listed: \(error.reason)")
            return []
        } catch {
            throw StoreError(error, during: "verify \(layout.root)")
        }
    }

    private func relative(_ path: FilePath) -> String {
        String(path.string.dropFirst(layout.root.string.count).drop { $0 == "/" })
    }

    private func kind(_ path: FilePath) throws(StoreError) -> FileStatus.Kind? { try status(path)?.kind }

    private func status(_ path: FilePath) throws(StoreError) -> FileStatus? {
        try attempt("verify \(layout.root)") { () throws(FileError) in try fileSystem.status(path, for: .volumeRead) }
    }
}
