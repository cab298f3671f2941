import RolloutCore
import RolloutSystem
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension VolumeID {
    /// A new one, never used before.
    package static func random() -> VolumeID {
        // Never fails: a UUID's string is what `VolumeID` takes, but for its case.
        VolumeID(UUID().uuidString.lowercased()) ?? preconditionFailureValue()
    }

    private static func preconditionFailureValue() -> VolumeID {
        preconditionFailure("a UUID is written in another way than RFC 4122 says")
    }
}

extension Volume {
    /// Makes a volume at `root`, or completes one that an earlier call left unfinished. Done again, it changes nothing.
    ///
    /// Ownership is neither set nor looked at: an access point squashes every user to one.
    ///
    /// Throws `.notAVolume` for what is no directory or holds something else, `.unknownFormat`, `.corrupt`, `.unavailable`.
    /// - Parameter id: of the volume, should it be new.
    /// - Returns: the volume, and whether it is new.
    package static func initialize(
        at root: FilePath, id: VolumeID = .random(), in fileSystem: any FileSystem
    ) throws(StoreError) -> (volume: Volume, isNew: Bool) {
        let layout = VolumeLayout(root: root)
        let isNew = try prepare(layout, fileSystem)
        try attempt("make the volume \(root)") { () throws(FileError) in
            for directory in [layout.blobs, layout.blobsByDigest, layout.apps, layout.temporary] {
                try fileSystem.createDirectories(directory, mode: directoryMode, for: .volumeCreate)
            }
        }
        var created = false
        if isNew {
            // Last, and create-once: what has a description is whole, and of two who do this at once one makes the identity.
            let bytes = try AuthoredJSON.encode(VolumeDescription(volume: id))
            let write = AtomicWrite(fileSystem, .volume, temporaryDirectory: layout.temporary)
            do throws(FileError) {
                try write.create(layout.description, with: bytes, mode: 0o444)
                created = true
            } catch  where error.code == .exists {
            } catch {
                throw StoreError(error, during: "make the volume \(root)")
            }
        }
        return (try open(at: root, in: fileSystem), created)
    }

    /// Whether the description is still to be written.
    private static func prepare(_ layout: VolumeLayout, _ fileSystem: any FileSystem) throws(StoreError) -> Bool {
        let root = layout.root
        let found = try attempt("make the volume \(root)") { () throws(FileError) in
            try fileSystem.status(root, for: .volumeCreate)
        }
        guard let found else {
            try attempt("make the volume \(root)") { () throws(FileError) in
                try fileSystem.createDirectory(root, mode: directoryMode, for: .volumeCreate)
                try fileSystem.syncDirectory(root.parentDirectory, for: .volumeCreate)
            }
            return true
        }
        guard found.kind == .directory else {
            let what = found.kind == .symbolicLink ? "it is a symbolic link" : "it is not a directory"
            throw StoreError(
                .notAVolume, "make the volume \(root)", "\(what)",
                "Give the directory itself, such as a mount point.")
        }
        let names = try attempt("make the volume \(root)") { () throws(FileError) in
            try fileSystem.list(root, limit: namesLimit, for: .volumeCreate)
        }
        if names.contains(layout.description.lastName) {
            // Refuses an unknown format before anything is touched.
            _ = try readDescription(layout, fileSystem)
            return false
        }
        try refuseForeign(names, layout, fileSystem)
        return true
    }

    /// Without a description, only what an interrupted `initialize` leaves may be there: our directories, empty.
    private static func refuseForeign(
        _ names: [String], _ layout: VolumeLayout, _ fileSystem: any FileSystem
    ) throws(StoreError) {
        let own = Set([layout.blobs, layout.apps, layout.temporary].map(\.lastName))
        for name in names.sorted() where name != "lost+found" {
            guard own.contains(name) else { throw foreign(layout, "it holds '\(name)' and no volume.json") }
        }
        for directory in [layout.apps, layout.blobsByDigest] {
            let names: [String]
            do throws(FileError) {
                names = try fileSystem.list(directory, limit: namesLimit, for: .volumeCreate)
            } catch  where error.code == .notFound {
                continue
            } catch {
                throw StoreError(error, during: "make the volume \(layout.root)")
            }
            guard names.isEmpty else {
                throw foreign(layout, "it holds releases but no volume.json, as after an incomplete restore")
            }
        }
    }

    private static func foreign(_ layout: VolumeLayout, _ reason: String) -> StoreError {
        StoreError(
            .notAVolume, "make the volume \(layout.root)", "\(reason)",
            "Give an empty directory.")
    }
}

extension FilePath {
    /// The last part as text; empty for a root.
    var lastName: String { lastComponent?.string ?? "" }
}
