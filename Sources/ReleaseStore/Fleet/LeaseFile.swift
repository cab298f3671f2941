import RolloutCore
import RolloutSystem
import SystemPackage

/// Who coordinates an app's rollouts, in a file that is rewritten in place. Two who write at once both succeed; the last one stays.
package struct LeaseFile: Hashable, Sendable {
    package static let fileSize = 512

    private let file: InPlaceFile

    package init(layout: VolumeLayout, app: AppName) {
        self.file = InPlaceFile(
            path: layout.lease(app), kind: "lease", size: Self.fileSize, reading: .leaseRead, writing: .leaseWrite)
    }

    /// `nil` when there is none that could be read: then it is anybody's.
    package func read(in fileSystem: any FileSystem) throws(StoreError) -> CoordinatorLease? {
        let reading = try attempt("read the lease \(file.path)") { () throws(FileError) in
            // A name looked up before it existed stays absent for an NFS client until it opens the directory.
            try fileSystem.revalidateDirectory(file.path.parentDirectory, for: .leaseRead)
            return try file.read(in: fileSystem)
        }
        guard case .payload(let payload) = reading else { return nil }
        do throws(StoreError) {
            return try CanonicalJSON.decode(CoordinatorLease.self, from: payload, object: "the lease")
        } catch {
            return nil
        }
    }

    package func write(_ lease: CoordinatorLease, in fileSystem: any FileSystem) throws(StoreError) {
        let payload = try CanonicalJSON.encode(lease)
        try attempt("write the lease \(file.path)") { () throws(FileError) in
            try fileSystem.revalidateDirectory(file.path.parentDirectory, for: .leaseWrite)
            try file.write(payload, in: fileSystem)
        }
    }
}
