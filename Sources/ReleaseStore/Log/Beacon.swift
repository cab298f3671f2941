import RolloutCore
import RolloutSystem
import SystemPackage

/// What the beacon says: the newest record, as far as its writer knew. A hint without authority: a torn, stale, missing or
/// forged one costs one poll or one search, never a wrong release.
package struct Beacon: Codable, Hashable, Sendable {
    package var sequence: UInt64
    /// Of the record's whole file.
    package var digest: Digest

    package init(sequence: UInt64, digest: Digest) {
        self.sequence = sequence
        self.digest = digest
    }

    /// Bytes of the file: inside the first page of a file, a torn read is rare (and noticed).
    package static let fileSize = 512

    package static func file(at path: FilePath) -> InPlaceFile {
        InPlaceFile(path: path, kind: "head", size: fileSize, reading: .beaconRead, writing: .beaconWrite)
    }

    /// `nil` for what cannot be a beacon.
    package init?(payload: [UInt8]) {
        guard let beacon = try? CanonicalJSON.decode(Beacon.self, from: payload, object: "a beacon"),
            (1...Limits.sequence).contains(beacon.sequence)
        else { return nil }
        self = beacon
    }

    /// The beacon at `path`; `nil` when it is absent or cannot be understood.
    package static func read(at path: FilePath, in fileSystem: any FileSystem) throws(FileError) -> Beacon? {
        guard case .payload(let payload) = try file(at: path).read(in: fileSystem) else { return nil }
        return Beacon(payload: payload)
    }

    func write(to path: FilePath, in fileSystem: any FileSystem) throws(StoreError) {
        let payload = try CanonicalJSON.encode(self)
        try attempt("write the beacon") { () throws(FileError) in
            try Self.file(at: path).write(payload, in: fileSystem)
        }
    }
}
