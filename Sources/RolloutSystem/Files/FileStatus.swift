/// What a file system says about a file.
package struct FileStatus: Hashable, Sendable {
    package enum Kind: Sendable { case regular, directory, symbolicLink, other }

    package var kind: Kind
    /// Permission bits only.
    package var mode: UInt16
    /// In bytes.
    package var size: UInt64
    package var linkCount: UInt64
    package var inode: UInt64
    package var device: UInt64
    /// Nanoseconds since 1970.
    package var modified: Int64
    package var changed: Int64

    package init(
        kind: Kind, mode: UInt16, size: UInt64, linkCount: UInt64, inode: UInt64, device: UInt64, modified: Int64,
        changed: Int64
    ) {
        self.kind = kind
        self.mode = mode
        self.size = size
        self.linkCount = linkCount
        self.inode = inode
        self.device = device
        self.modified = modified
        self.changed = changed
    }
}
