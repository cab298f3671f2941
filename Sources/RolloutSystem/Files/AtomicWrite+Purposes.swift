extension AtomicWrite {
    /// Why each step of an atomic write is done.
    package struct Purposes: Hashable, Sendable {
        /// Creating and filling the temporary file, or making the temporary link.
        package var write: FilePurpose
        /// Making its content durable.
        package var sync: FilePurpose
        /// The rename or link that publishes it.
        package var publish: FilePurpose
        /// Making its name durable.
        package var directorySync: FilePurpose
        /// Removing a temporary name.
        package var cleanUp: FilePurpose

        package init(
            write: FilePurpose, sync: FilePurpose, publish: FilePurpose, directorySync: FilePurpose, cleanUp: FilePurpose
        ) {
            self.write = write
            self.sync = sync
            self.publish = publish
            self.directorySync = directorySync
            self.cleanUp = cleanUp
        }

        /// All steps for one and the same reason.
        package init(all purpose: FilePurpose) {
            self.init(write: purpose, sync: purpose, publish: purpose, directorySync: purpose, cleanUp: purpose)
        }

        package static let volume = Self(all: .volumeCreate)
        package static let blob = Self(
            write: .blobWrite, sync: .blobSync, publish: .blobPublish, directorySync: .blobSync, cleanUp: .blobPublish)
        package static let record = Self(
            write: .recordWrite, sync: .recordSync, publish: .recordLink, directorySync: .recordSync, cleanUp: .recordCleanUp)
        package static let hostRecord = Self(
            write: .hostRecordWrite, sync: .hostRecordSync, publish: .hostRecordSwap, directorySync: .hostRecordSync,
            cleanUp: .hostRecordWrite)
        package static let current = Self(
            write: .currentLink, sync: .currentSync, publish: .currentSwap, directorySync: .currentSync, cleanUp: .currentLink)
        package static let user = Self(all: .userWrite)
    }
}
