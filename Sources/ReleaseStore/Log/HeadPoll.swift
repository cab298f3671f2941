import RolloutCore
import RolloutSystem
import SystemPackage

/// Polls an app's beacon for the price of one GETATTR: it holds the beacon open, asks the server for its attributes,
/// and reads it only when they changed.
///
/// A value that holds a descriptor: keep one copy, and `close` it. Blocks like every call to the volume.
package struct HeadPoll: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// Nothing happened since the last poll.
        case unchanged
        /// Look at the log. The beacon's hint comes along when it can be read.
        case changed(Beacon?)
        /// There is no beacon: nothing was ever published for the app, its volume was emptied, or something else has the name.
        case absent
    }

    /// What tells one state of the file from another.
    private struct Stamp: Hashable, Sendable {
        var inode: UInt64
        var size: UInt64
        var modified: Int64
        var changed: Int64

        init(_ status: FileStatus) {
            inode = status.inode
            size = status.size
            modified = status.modified
            changed = status.changed
        }
    }

    private let layout: VolumeLayout
    private let app: AppName
    private let file: InPlaceFile
    private var held: OpenFile?
    private var stamp: Stamp?
    private var last: InPlaceFile.Reading?
    /// Two writes within one tick of the server's clock leave the same times: so after a change, the next poll reads once more.
    private var readsAgain = false

    package init(layout: VolumeLayout, app: AppName) {
        self.layout = layout
        self.app = app
        self.file = Beacon.file(at: layout.head(app))
    }

    /// Asks once. When it throws, the next poll starts anew.
    package mutating func poll(in fileSystem: any FileSystem) throws(FileError) -> Outcome {
        do throws(FileError) {
            guard let held else { return try reopen(in: fileSystem) }
            let status: FileStatus
            do throws(FileError) {
                status = try fileSystem.status(held, forceSync: true, for: .beaconPoll)
            } catch  where error.code == .stale {
                return try reopen(in: fileSystem)
            }
            // Someone replaced or removed it: what is held will never change again.
            guard status.linkCount > 0 else { return try reopen(in: fileSystem) }
            let seen = Stamp(status)
            let isNew = seen != stamp
            guard isNew || readsAgain else { return .unchanged }
            readsAgain = isNew
            stamp = seen
            let reading = try file.read(held, in: fileSystem)
            guard reading != last || isNew else { return .unchanged }
            last = reading
            return .changed(Self.beacon(in: reading))
        } catch {
            close(in: fileSystem)
            throw error
        }
    }

    /// Gives the descriptor back; a later poll opens anew.
    package mutating func close(in fileSystem: any FileSystem) {
        if let held { fileSystem.close(held) }
        held = nil
        stamp = nil
        last = nil
    }

    private mutating func reopen(in fileSystem: any FileSystem) throws(FileError) -> Outcome {
        close(in: fileSystem)
        do throws(FileError) {
            // A name looked up before it existed stays absent for an NFS client until it opens the directory.
            try fileSystem.revalidateDirectory(layout.apps, for: .beaconPoll)
            try fileSystem.revalidateDirectory(layout.app(app), for: .beaconPoll)
            guard let opened = try openBeacon(in: fileSystem) else { return .absent }
            held = opened
            stamp = Stamp(try fileSystem.status(opened, forceSync: true, for: .beaconPoll))
            readsAgain = true
            let reading = try file.read(opened, in: fileSystem)
            last = reading
            return .changed(Self.beacon(in: reading))
        } catch  where error.code == .notFound {
            return .absent
        }
    }

    /// `nil` for what cannot be read as a file: a beacon has no authority, so it must not have the power to stop anybody either.
    private func openBeacon(in fileSystem: any FileSystem) throws(FileError) -> OpenFile? {
        do throws(FileError) {
            return try fileSystem.openForReading(file.path, for: .beaconPoll)
        } catch  where error.code == .notRegular || error.code == .permissionDenied {
            return nil
        }
    }

    private static func beacon(in reading: InPlaceFile.Reading) -> Beacon? {
        if case .payload(let payload) = reading { Beacon(payload: payload) } else { nil }
    }
}
