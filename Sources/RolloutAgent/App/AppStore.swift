import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// Why a release has no verified local copy.
struct MaterializeProblem: Error, Hashable, Sendable {
    var cause: FailureCause
    var reason: String
}

/// One app's part of the local store, with the volume behind it. Every call blocks a thread of its own kind: the local disk's, or
/// one for copying from the volume, where a hang must not hold up anything else.
final class AppStore: Sendable {
    let local: LocalStore
    /// Releases kept besides those in use.
    let keep: Int
    private let volume: FilePath
    private let rewrite: EntryRewrite?
    private let disk: BlockingLane
    private let copying: BlockingLane
    private let lock: StoreLock
    private let logger: Logger

    /// A copy may take as long as a large release over a slow link; a hang is noticed by the watcher long before.
    private static let copyLimit: Duration = .seconds(3600)
    private static let diskLimit: Duration = .seconds(120)

    /// Takes the store's lock and clears what a killed agent left unfinished.
    init(
        layout: LocalLayout, volume: FilePath, keep: Int, rewrite: EntryRewrite?, files: any FileSystem, logger: Logger
    ) throws(StoreError) {
        self.lock = try StoreLock.take(layout, in: files)
        self.local = try LocalStore.open(layout, in: files)
        try local.sweep()
        self.volume = volume
        self.keep = keep
        self.rewrite = rewrite
        self.disk = BlockingLane("disk \(layout.app)", path: layout.root)
        self.copying = BlockingLane("copy \(layout.app)", path: volume)
        self.logger = logger
    }

    /// The host's record, or a new one; a damaged one was set aside.
    func loadRecord() throws(StoreError) -> HostRecord {
        switch try HostRecordFile(local).load() {
        case .absent: return HostRecord(app: local.layout.app)
        case .record(let record): return record
        case .setAside(let warning):
            logger.error("The host's record was damaged", metadata: ["reason": "\(warning)"])
            return HostRecord(app: local.layout.app)
        }
    }

    /// Durable when it returns.
    func save(_ record: HostRecord) async throws(StoreError) {
        let file = HostRecordFile(local)
        try await onDisk(.hostRecordWrite) { () throws(StoreError) in try file.save(record) }
    }

    /// An operator's word on another log; `nil` when there is none.
    func consent() async -> LogConsent? {
        let file = LogConsentFile(local.layout, in: local.fileSystem)
        return try? await onDisk(.hostRecordRead) { () throws(StoreError) in try file.read() }
    }

    /// It was used. That it stays does no harm: it is for one log only.
    func dropConsent() async {
        let file = LogConsentFile(local.layout, in: local.fileSystem)
        try? await onDisk(.hostRecordWrite) { () throws(StoreError) in try file.remove() }
    }

    /// Points `current` at a materialized release; durable when it returns. Does nothing when it does already.
    func swapCurrent(_ release: Digest) async throws(StoreError) {
        let link = CurrentLink(local)
        try await onDisk(.currentSwap) { () throws(StoreError) in
            if (try? link.read()) == release { return }
            try link.swap(to: release)
        }
    }

    /// A verified copy: the one on disk if it is whole, else one from the volume.
    ///
    /// - Parameter used: the releases that something runs from. When the disk is too small for one more, those are all that stay.
    func materialize(_ release: Digest, besides used: @escaping @Sendable () -> Set<Digest>) async -> Result<
        LocalCopy, MaterializeProblem
    > {
        let local = local
        let rewrite = rewrite
        do throws(StoreError) {
            let found = try await onDisk(.storeRead) { () throws(StoreError) in
                try LocalRelease.verify(release, in: local, rewrite: rewrite, removesExtra: true)
            }
            return .success(LocalCopy(found))
        } catch {
            // Missing or damaged: from the volume. The volume's lane is another one, so a hang there never keeps a host from
            // starting what it has.
        }
        do throws(StoreError) {
            do throws(StoreError) {
                return .success(try await copy(release))
            } catch let error where error.code == .noSpace {
                await collect(keeping: used)
                return .success(try await copy(release))
            }
        } catch {
            return .failure(MaterializeProblem(error))
        }
    }

    /// Whether there is not even room for what a runtime writes at its start.
    var isFull: Bool {
        get async {
            let local = local
            let free = try? await onDisk(.storeRead) { () throws(StoreError) in
                do throws(FileError) { return try local.fileSystem.freeBytes(local.layout.root, for: .storeRead) } catch {
                    throw StoreError(error, during: "use the store \(local.layout.root)")
                }
            }
            return free.map { $0 < Self.leastBytes } ?? false
        }
    }

    private static let leastBytes: UInt64 = 1 << 20

    private func copy(_ release: Digest) async throws(StoreError) -> LocalCopy {
        let (local, volume, rewrite) = (local, volume, rewrite)
        return try await run(on: copying, within: Self.copyLimit, .blobRead) { () throws(StoreError) in
            let source = try Volume.open(at: volume, in: local.fileSystem)
            return LocalCopy(try Materializer(from: source, to: local, rewrite: rewrite).materialize(release))
        }
    }

    /// Deletes the releases on disk that are not in `kept`, which is asked when it comes to that. A release that is wanted only after
    /// that is looked for on disk after that, too: one thread does both.
    func collect(keeping kept: @escaping @Sendable () -> Set<Digest>) async {
        let local = local
        do throws(StoreError) {
            let gone = try await onDisk(.releaseCollect) { () throws(StoreError) in
                // What `current` names stays, whatever the record says.
                let current = (try? CurrentLink(local).read()) ?? nil
                let kept = kept()
                let gone = try local.releases().filter { !kept.contains($0) && $0 != current }
                for release in gone {
                    do throws(FileError) {
                        try local.fileSystem.removeTree(local.layout.release(release), for: .releaseCollect)
                    } catch {
                        throw StoreError(error, during: "collect release \(release.short)")
                    }
                }
                return gone
            }
            if !gone.isEmpty { logger.info("Collected releases", metadata: ["releases": "\(gone.map { $0.short })"]) }
        } catch {
            logger.warning("Could not collect releases", metadata: ["reason": "\(error)"])
        }
    }

    /// Lets another agent take the store, once what was handed to the disk is done; nothing may be asked of this one any more. A
    /// process that ends needs no such step.
    func close() async {
        let (lock, files) = (lock, local.fileSystem)
        // A disk that hangs keeps the lock for as long as the process lives.
        try? await onDisk(.storeLock) { () throws(StoreError) in lock.release(in: files) }
    }

    private func onDisk<Value: Sendable>(
        _ purpose: FilePurpose, _ body: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await run(on: disk, within: Self.diskLimit, purpose, body)
    }

    private func run<Value: Sendable>(
        on lane: BlockingLane, within limit: Duration, _ purpose: FilePurpose,
        _ body: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError>
        do throws(FileError) {
            result = try await lane.run(within: limit, for: purpose) { () throws(FileError) in
                Result { () throws(StoreError) in try body() }
            }
        } catch {
            throw StoreError(error, during: "use the store \(local.layout.root)")
        }
        return try result.get()
    }
}

extension LocalCopy {
    init(_ release: LocalRelease) {
        self.release = release.id
        self.manifest = release.manifest
        self.directory = release.directory
        self.entry = release.entry
        self.isRewritten = release.entry != release.manifest.entry
    }
}

extension MaterializeProblem {
    /// Only what the bytes themselves show lies in the release; everything else may be over in a minute.
    init(_ error: StoreError) {
        self.reason = error.description
        switch error.code {
        case .wrongContent, .corrupt, .missing: self.cause = .release
        default: self.cause = .environment
        }
    }
}
