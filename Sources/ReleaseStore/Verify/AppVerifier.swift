import RolloutCore
import RolloutSystem
import SystemPackage

/// Verifies one app's part of a volume.
struct AppVerifier {
    let volume: Volume
    let app: AppName
    let policy: TrustPolicy?

    private var fileSystem: any FileSystem { volume.fileSystem }
    private var layout: VolumeLayout { volume.layout }
    private var prefix: String { "apps/\(app)" }

    func verify(now: Instant, _ report: inout VerifyReport, _ wanted: inout WantedBlobs) throws(StoreError) {
        let known = Set(["log", "head", "hosts", "lease"])
        for name in try list(layout.app(app), prefix, &report) where !known.contains(name) {
            report.add(.warning, "\(prefix)/\(name)", "does not belong in an app")
        }
        let log = ReleaseLog(volume: volume, app: app, policy: policy)
        let (newest, last) = try verifyLog(log, now: now, &report, &wanted)
        try verifyBeacon(last, &report)
        try verifyStatuses(log, newest, &report)
    }

    // MARK: The log

    /// - Returns: the newest record that follows from all before it, and the newest that is a record, trusted or not.
    private func verifyLog(
        _ log: ReleaseLog, now: Instant, _ report: inout VerifyReport, _ wanted: inout WantedBlobs
    ) throws(StoreError) -> (newest: LogEntry?, last: LogEntry?) {
        var sequences: [UInt64] = []
        for name in try list(layout.log(app), "\(prefix)/log", &report) {
            guard let sequence = VolumeLayout.sequence(ofRecordNamed: name) else {
                report.add(.warning, "\(prefix)/log/\(name)", "is no record: the name is not 16 digits and .json")
                continue
            }
            sequences.append(sequence)
        }
        sequences.sort()
        if let first = sequences.first, first != 1 { report.add(.error, "\(prefix)/log", "begins at record \(first)") }
        var walk = LogWalk(volume.id, app: app, policy: policy, now: now)
        var releases: [Digest: UInt64] = [:]
        var last: LogEntry?
        for sequence in sequences {
            report.records += 1
            let path = "\(prefix)/log/\(VolumeLayout.recordName(sequence))"
            guard let entry = try read(sequence, log, path, &report) else {
                walk.stop()
                continue
            }
            if case .release(_, let release, _) = entry.record.change { releases[release] = sequence }
            walk.add(entry, path, &report)
            last = entry
        }
        walk.finish(&report)
        try want(releases, walk.newest?.record.state, &report, &wanted)
        return (walk.newest, last)
    }

    private func read(
        _ sequence: UInt64, _ log: ReleaseLog, _ path: String, _ report: inout VerifyReport
    ) throws(StoreError) -> LogEntry? {
        do throws(StoreError) {
            guard let entry = try log.read(sequence) else {
                report.add(.error, path, "vanished while it was verified")
                return nil
            }
            let links = try attempt("verify \(path)") { () throws(FileError) in
                try fileSystem.status(layout.record(app, sequence), for: .recordRead)?.linkCount
            }
            if let links, links > 1 {
                report.add(.note, path, "has \(links) names; its writer did not finish, `wasmrollout collect` removes old ones")
            }
            return entry
        } catch  where error.code == .corrupt {
            report.add(.error, path, "is not a record: \(error.reason); \(try advice(on: sequence))")
            return nil
        }
    }

    /// What to do about a number whose file is no record. It is given once: whoever has accepted a record under it must never see
    /// another one there, so it becomes free again only where nobody has.
    private func advice(on sequence: UInt64) throws(StoreError) -> String {
        let statuses = try StatusBoard(volume, app: app).all().compactMap { try? $0.status.get() }
        let hosts = statuses.filter { $0.acceptedSequence >= sequence }.map(\.host.description)
        guard hosts.isEmpty else {
            return "restore it from a copy of the volume: \(hosts.joined(separator: ", ")) accepted it when it was one"
        }
        return "nothing is accepted or published behind it, and no host says that it ever accepted it: if no newer wasmrollout "
            + "wrote it, let nobody publish, move it off the volume, and publish again"
    }

    // MARK: Releases

    private func want(
        _ released: [Digest: UInt64], _ state: LogState?, _ report: inout VerifyReport, _ wanted: inout WantedBlobs
    ) throws(StoreError) {
        var needed = Set<Digest>()
        needed.formUnion((state ?? .empty).releases)
        let blobs = BlobStore(volume)
        for release in Set(released.keys).union(needed).sorted(by: { $0.hex < $1.hex }) {
            report.releases += 1
            let isNeeded = needed.contains(release)
            // What no channel remembers may have been collected.
            let severity: Finding.Severity = isNeeded ? .error : .note
            let name = "release \(release.short) of app '\(app)'"
            wanted.add(release, .init(severity: severity, words: "it is the manifest of \(name)", size: nil))
            do throws(StoreError) {
                for file in try blobs.manifest(of: release).files {
                    wanted.add(
                        file.digest, .init(severity: severity, words: "it is '\(file.path)' of \(name)", size: file.size))
                }
            } catch {
                switch error.code {
                case .missing, .wrongContent: break
                case .corrupt: report.add(isNeeded ? .error : .warning, "\(prefix)", "\(name): \(error.reason)")
                default: throw error
                }
            }
        }
    }

    // MARK: Beacon and statuses

    private func verifyBeacon(_ newest: LogEntry?, _ report: inout VerifyReport) throws(StoreError) {
        let path = "\(prefix)/head"
        let reading: InPlaceFile.Reading
        let kind: FileStatus.Kind?
        do throws(FileError) {
            kind = try fileSystem.status(layout.head(app), for: .beaconRead)?.kind
            reading = try Beacon.file(at: layout.head(app)).read(in: fileSystem)
        } catch  where error.code == .permissionDenied {
            report.add(.warning, path, "cannot be read: hosts that cannot read it see new records later; mend its mode (0664)")
            return
        } catch {
            throw StoreError(error, during: "verify \(path)")
        }
        let delay = "hosts see new records later; the next publish writes it again"
        if let kind, kind != .regular {
            let remedy = kind == .directory ? "remove it; until then hosts see new records later" : delay
            report.add(.warning, path, "is \(kind.words): \(remedy)")
            return
        }
        switch reading {
        case .absent: if newest != nil { report.add(.warning, path, "is missing: \(delay)") }
        case .unreadable: report.add(.warning, path, "is damaged: \(delay)")
        case .payload(let payload):
            guard let beacon = Beacon(payload: payload), let newest else {
                report.add(.warning, path, "says nothing that can be true")
                return
            }
            if beacon.sequence != newest.record.sequence {
                report.add(.warning, path, "says record \(beacon.sequence), the newest is \(newest.record.sequence): \(delay)")
            } else if beacon.digest != newest.digest {
                report.add(.warning, path, "gives another digest for record \(beacon.sequence) than it has")
            }
        }
    }

    private func verifyStatuses(_ log: ReleaseLog, _ newest: LogEntry?, _ report: inout VerifyReport) throws(StoreError) {
        let entries: [StatusBoard.Entry]
        do throws(StoreError) {
            entries = try StatusBoard(volume, app: app).all()
        } catch {
            report.add(.warning, "\(prefix)/hosts", error.reason)
            return
        }
        for entry in entries {
            let path = "\(prefix)/hosts/\(entry.name)"
            switch entry.status {
            case .failure(let error): report.add(.warning, path, "cannot be read: \(error.reason)")
            case .success(let status):
                report.hosts += 1
                if let words = try strangeness(of: status, log, newest) {
                    report.add(.error, path, "\(words); \(Self.restored)")
                }
                if !status.checksSignatures { report.add(.note, path, "this host checks no signatures") }
            }
        }
    }

    private static let restored =
        "the volume was restored from an older copy, or its log was rewritten: restore the newer copy, or, if there is none, publish what "
        + "should serve with --after-restore and run `wasmrollout accept-log` on this host"

    /// Why a host does not follow this log; `nil` when it does.
    private func strangeness(
        of status: HostStatus, _ log: ReleaseLog, _ newest: LogEntry?
    ) throws(StoreError) -> String? {
        let accepted = status.acceptedSequence
        guard accepted <= newest?.record.sequence ?? 0 else {
            return "accepted record \(accepted), which the log does not have"
        }
        if let digest = status.acceptedDigest, accepted > 0, let found = try? log.digest(accepted), found != digest {
            return "accepted another record \(accepted) than the log has"
        }
        return status.blocked?.kind == .log ? "says that this is not the log it has followed" : nil
    }

    // MARK: Reading

    private func list(_ path: FilePath, _ name: String, _ report: inout VerifyReport) throws(StoreError) -> [String] {
        do throws(FileError) {
            return try fileSystem.list(path, limit: Volume.namesLimit, for: .logList).sorted()
        } catch  where error.code == .notFound {
            return []
        } catch  where [.notDirectory, .notRegular, .tooMany, .permissionDenied].contains(error.code) {
            report.add(.error, name, "cannot be listed: \(error.reason)")
            return []
        } catch {
            throw StoreError(error, during: "verify \(name)")
        }
    }
}

extension FileStatus.Kind {
    fileprivate var words: String {
        switch self {
        case .regular: "a file"
        case .directory: "a directory"
        case .symbolicLink: "a symbolic link"
        case .other: "a special file"
        }
    }
}
