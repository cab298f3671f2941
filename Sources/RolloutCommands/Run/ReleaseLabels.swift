import ReleaseStore
import RolloutCore
import Synchronization

/// Finds the version labels of releases, reading each manifest once.
final class ReleaseLabels: Sendable {
    private let blobs: BlobStore
    private let known = Mutex<[Digest: String?]>([:])

    init(_ volume: Volume) { self.blobs = BlobStore(volume) }

    /// `nil` when the manifest cannot be read any more.
    func version(of release: Digest) -> String? {
        if let known = known.withLock({ $0[release] }) { return known }
        let version: String?
        do throws(StoreError) { version = try blobs.manifest(of: release).version } catch {
            // Any other failure may be over at the next look, and whoever asks goes on looking for hours.
            guard error.code == .missing(release) else { return nil }
            version = nil
        }
        known.withLock { $0[release] = .some(version) }
        return version
    }

    func name(_ release: Digest) -> ReleaseName { ReleaseName(release: release, version: version(of: release)) }
}

/// A release as output names it: its id, and the label for people.
struct ReleaseName: Encodable, Hashable, Sendable {
    var release: Digest
    var version: String?

    /// `9f86d081884c (1.4.2)`.
    var text: String {
        // A version made of the artifact's digest says nothing that a person could want.
        guard let version, !version.isEmpty else { return release.short }
        return "\(release.short) (\(version))"
    }
}
