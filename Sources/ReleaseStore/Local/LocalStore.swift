import RolloutCore
import RolloutSystem
import SystemPackage

/// One app's part of a host's local store, made ready for use.
package struct LocalStore: Sendable {
    package let layout: LocalLayout
    package let fileSystem: any FileSystem

    static let directoryMode: UInt16 = 0o755
    static let namesLimit = 10_000

    /// The store as it is, whether or not it is there: for looking.
    package init(layout: LocalLayout, fileSystem: any FileSystem) {
        self.layout = layout
        self.fileSystem = fileSystem
    }

    /// Makes the directories that are missing.
    package static func open(_ layout: LocalLayout, in fileSystem: any FileSystem) throws(StoreError) -> LocalStore {
        try attempt("prepare the local store \(layout.root)") { () throws(FileError) in
            for directory in [layout.releases, layout.scratch] {
                try fileSystem.createDirectories(directory, mode: directoryMode, for: .storeCreate)
            }
        }
        return LocalStore(layout: layout, fileSystem: fileSystem)
    }

    /// Removes what an agent that was killed left unfinished. Only for whoever holds the store's lock, with nothing under way.
    /// Releases that were set aside as damaged go too.
    package func sweep() throws(StoreError) {
        try attempt("sweep the local store \(layout.root)") { () throws(FileError) in
            for name in try fileSystem.list(layout.root, limit: Self.namesLimit, for: .temporarySweep)
            where AtomicWrite.isTemporary(name) {
                try fileSystem.unlink(layout.root.appending(name), for: .temporarySweep)
            }
            for name in try fileSystem.list(layout.releases, limit: Self.namesLimit, for: .temporarySweep)
            where Digest(hex: name) == nil && name.contains(".") {
                try fileSystem.removeTree(layout.releases.appending(name), for: .temporarySweep)
            }
        }
    }

    /// The releases that have a directory, whole or not.
    package func releases() throws(StoreError) -> [Digest] {
        let names = try attempt("list the releases in \(layout.releases)") { () throws(FileError) in
            try fileSystem.list(layout.releases, limit: Self.namesLimit, for: .storeRead)
        }
        return names.compactMap { Digest(hex: $0) }.sorted { $0.hex < $1.hex }
    }
}
