import RolloutSystem
import SystemPackage

/// What a disk (or a file server) holds: what its users see now, and what of it a power loss could not take away.
///
/// A value: a copy of it is a snapshot.
struct SimulatedDisk: Sendable {
    typealias Number = UInt64

    /// Why an operation fails, before it is known for whom.
    struct Refusal: Error {
        var code: FileError.Code
    }

    struct Inode: Sendable {
        var kind: FileStatus.Kind
        var mode: UInt16
        var durableMode: UInt16
        /// A regular file's content.
        var bytes: [UInt8] = []
        var durableBytes: [UInt8] = []
        /// A directory's names.
        var entries: [String: Number] = [:]
        var durableEntries: [String: Number] = [:]
        /// A symbolic link's. Durable as soon as its name is: a link is never torn.
        var target = FilePath()
        var linkCount: UInt64
        var modified: Int64
        var changed: Int64
    }

    /// One name that points elsewhere after an operation; `nil`: nowhere.
    struct Edit: Hashable {
        var directory: Number
        var name: String
        var inode: Number?
    }

    static let root: Number = 1

    var inodes: [Number: Inode]
    /// Operations on names that no sync has made durable yet, oldest first. Each survives a power loss whole or not at all.
    var unsynced: [[Edit]] = []
    var nextNumber: Number = 2
    /// Nanoseconds since 1970; goes on by a microsecond with every change.
    var time: Int64
    /// In bytes; writing beyond it fails with `.noSpace`.
    var capacity: UInt64 = 1 << 40
    /// Who holds the lock on a file.
    var locks: [Number: SimulatedLockHolder] = [:]

    init(time: Int64 = 1_767_225_600_000_000_000) {
        self.time = time
        inodes = [:]
        inodes[Self.root] = makeInode(.directory, mode: 0o755)
    }

    mutating func tick() -> Int64 {
        time += 1000
        return time
    }

    mutating func makeInode(_ kind: FileStatus.Kind, mode: UInt16) -> Inode {
        let now = tick()
        return Inode(kind: kind, mode: mode, durableMode: mode, linkCount: 1, modified: now, changed: now)
    }

    /// Traps for a number that was never given out.
    subscript(_ number: Number) -> Inode {
        get {
            guard let inode = inodes[number] else { preconditionFailure("no inode \(number)") }
            return inode
        }
        set { inodes[number] = newValue }
    }

    func status(_ number: Number) -> FileStatus {
        let inode = self[number]
        let size =
            switch inode.kind {
            case .regular: inode.bytes.count
            case .symbolicLink: inode.target.string.utf8.count
            case .directory, .other: 0
            }
        return FileStatus(
            kind: inode.kind, mode: inode.mode, size: UInt64(size), linkCount: inode.linkCount, inode: number, device: 1,
            modified: inode.modified, changed: inode.changed)
    }

    var usedBytes: UInt64 { inodes.values.reduce(0) { $0 + UInt64($1.bytes.count) } }

    func entry(_ name: String, in directory: Number) throws(Refusal) -> Number? {
        let inode = self[directory]
        guard inode.kind == .directory else { throw Refusal(code: .notDirectory) }
        return inode.entries[name]
    }
}

/// An open file of a client: what an open-file-description lock belongs to.
struct SimulatedLockHolder: Hashable, Sendable {
    var client: UInt64
    var descriptor: Int32
}
