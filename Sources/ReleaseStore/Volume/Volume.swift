import RolloutCore
import RolloutSystem
import SystemPackage

/// A volume that has been opened: its description was read and understood, and its directories are directories.
///
/// Every method blocks, for ever when a hard NFS mount hangs: call on a thread meant for that (`BlockingLane`).
package struct Volume: Sendable {
    package let fileSystem: any FileSystem
    package let layout: VolumeLayout
    package let id: VolumeID

    /// Names in one directory of a volume, at most: a volume can be hostile.
    static let namesLimit = 1_000_000
    static let directoryMode: UInt16 = 0o775

    /// Opens the volume at `root`, reading only.
    ///
    /// Throws `.notAVolume`, `.unknownFormat`, `.corrupt` or `.unavailable`.
    package static func open(at root: FilePath, in fileSystem: any FileSystem) throws(StoreError) -> Volume {
        let layout = VolumeLayout(root: root)
        let description = try readDescription(layout, fileSystem)
        let volume = Volume(fileSystem: fileSystem, layout: layout, id: description.volume)
        for directory in [layout.blobs, layout.blobsByDigest, layout.apps] {
            try volume.requireDirectory(directory)
        }
        return volume
    }

    /// The apps on the volume, sorted. A name in `apps` that no app can have is passed over; `verify` reports it.
    package func apps() throws(StoreError) -> [AppName] {
        let names = try attempt("list the apps of the volume") { () throws(FileError) in
            try fileSystem.list(layout.apps, limit: Self.namesLimit, for: .volumeRead)
        }
        return names.compactMap { AppName($0) }.sorted()
    }

    /// Links among a volume's own directories would lead writes and reads elsewhere: refused.
    func requireDirectory(_ path: FilePath, for purpose: FilePurpose = .volumeRead) throws(StoreError) {
        let found = try attempt("read the volume \(layout.root)") { () throws(FileError) in
            try fileSystem.status(path, for: purpose)
        }
        guard let found else {
            throw StoreError(
                .unavailable(FileError(code: .notFound, operation: .status, path: path, purpose: purpose)),
                "read the volume \(layout.root)", "\(path) does not exist",
                "Check that the volume is mounted.")
        }
        guard found.kind == .directory else {
            throw StoreError(
                .corrupt, "read the volume \(layout.root)", "\(path) is not a directory",
                "Run `wasmrollout verify`.")
        }
    }

    static func readDescription(
        _ layout: VolumeLayout, _ fileSystem: any FileSystem
    ) throws(StoreError) -> VolumeDescription {
        let object = "the volume description \(layout.description)"
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try fileSystem.readAll(layout.description, limit: VolumeDescription.byteLimit, for: .volumeRead)
        } catch  where error.code == .notFound {
            throw StoreError(
                .notAVolume, "open the volume \(layout.root)", "it has no volume.json",
                "Check that it is mounted, or make a volume there with `wasmrollout init`.")
        } catch {
            throw StoreError(error, during: "open the volume \(layout.root)")
        }
        let format = try AuthoredFormat.read(bytes, object: object)
        guard format == VolumeDescription.currentFormat else {
            throw StoreError(
                .unknownFormat, "open the volume \(layout.root)",
                "its format is \(format), this version reads \(VolumeDescription.currentFormat)",
                "Use a matching version of wasmrollout.")
        }
        return try AuthoredJSON.decode(VolumeDescription.self, from: bytes, object: object)
    }
}
