import RolloutCore
import SystemPackage

/// Every path on a volume, and the only place that makes one.
package struct VolumeLayout: Hashable, Sendable {
    package let root: FilePath

    package init(root: FilePath) { self.root = root }

    package var description: FilePath { root.appending("volume.json") }
    /// What people set for the whole volume.
    package var settings: FilePath { root.appending("settings.json") }
    /// Unfinished files, under unique names; swept by age.
    package var temporary: FilePath { root.appending("tmp") }

    // MARK: Blobs

    package var blobs: FilePath { root.appending("blobs") }
    package var blobsByDigest: FilePath { blobs.appending("sha256") }
    /// The directory of the blobs whose digests begin alike.
    package func blobShard(_ digest: Digest) -> FilePath { blobsByDigest.appending(String(digest.hex.prefix(2))) }
    package func blob(_ digest: Digest) -> FilePath { blobShard(digest).appending(digest.hex) }

    // MARK: Apps

    package var apps: FilePath { root.appending("apps") }
    package func app(_ app: AppName) -> FilePath { apps.appending(app.description) }
    package func log(_ app: AppName) -> FilePath { self.app(app).appending("log") }
    package func record(_ app: AppName, _ sequence: UInt64) -> FilePath { log(app).appending(Self.recordName(sequence)) }
    /// The beacon.
    package func head(_ app: AppName) -> FilePath { self.app(app).appending("head") }
    /// Who coordinates.
    package func lease(_ app: AppName) -> FilePath { self.app(app).appending("lease") }
    package func hosts(_ app: AppName) -> FilePath { self.app(app).appending("hosts") }
    package func status(_ app: AppName, _ host: HostID) -> FilePath { hosts(app).appending(host.description) }

    /// 16 decimal digits and `.json`.
    package static func recordName(_ sequence: UInt64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits + ".json"
    }

    /// A record's file as people find it: relative to the volume's root.
    package static func recordFile(_ app: AppName, _ sequence: UInt64) -> String {
        VolumeLayout(root: "").record(app, sequence).string
    }

    /// The sequence number of the record that has this file name; `nil` when no record can have it.
    package static func sequence(ofRecordNamed name: String) -> UInt64? {
        guard name.hasSuffix(".json"), let sequence = UInt64(name.dropLast(5)), sequence > 0, sequence <= Limits.sequence,
            recordName(sequence) == name
        else { return nil }
        return sequence
    }
}
