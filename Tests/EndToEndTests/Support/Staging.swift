import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// A copy of a volume to which things are published and in which they are then damaged, before any host sees them: a host
/// that is quick would otherwise have the whole release before the test is done with it.
struct Staging {
    let volume: TestVolume
    let copy: TestVolume

    init(_ volume: TestVolume) throws {
        self.volume = volume
        self.copy = TestVolume(home: volume.home, path: volume.home.appending("staging"))
        try FileManager.default.copyItem(atPath: volume.path.string, toPath: copy.path.string)
    }

    /// Changes a file of the copy.
    func damage(_ path: FilePath, _ change: (inout [UInt8]) -> Void) throws {
        let files = LinuxFileSystem()
        var bytes = try files.readAll(path, limit: 100 << 20, for: .userRead)
        change(&bytes)
        try files.write(bytes, to: path, mode: 0o444)
    }

    /// Brings what is new to the volume in the order in which a publisher writes it: blobs, record, beacon.
    func deliver(record sequence: UInt64, beacon isWritten: Bool = true) throws {
        let app = AppName(volume.app) ?? { preconditionFailure("'\(volume.app)' is an app's name") }()
        let (from, to) = (VolumeLayout(root: copy.path), VolumeLayout(root: volume.path))
        for path in try FileManager.default.subpathsOfDirectory(atPath: from.blobs.string).sorted() {
            let target = to.blobs.appending(path).string
            if FileManager.default.fileExists(atPath: target) { continue }
            try FileManager.default.copyItem(atPath: from.blobs.appending(path).string, toPath: target)
        }
        try FileManager.default.copyItem(atPath: from.record(app, sequence).string, toPath: to.record(app, sequence).string)
        guard isWritten else { return }
        // In place, as it is always written.
        let beacon = try Data(contentsOf: URL(filePath: from.head(app).string))
        let handle = try FileHandle(forUpdating: URL(filePath: to.head(app).string))
        try handle.write(contentsOf: beacon)
        try handle.close()
    }
}
