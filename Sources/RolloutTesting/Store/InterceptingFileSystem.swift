import RolloutSystem
import Synchronization
import SystemPackage

/// A file system that notes every call to another one, and lets a test act before or after it.
package final class InterceptingFileSystem: FileSystem {
    package typealias Hook = @Sendable (FileCall) throws(FileError) -> Void

    private let base: any FileSystem
    private let before: Hook
    private let after: Hook
    private let syncs: Bool
    private let free: UInt64?
    private let noted = Mutex<[FileCall]>([])

    /// - Parameters:
    ///   - before: throws to fail the call without its effect.
    ///   - after: throws to fail the call although it had its effect, as a lost NFS reply does.
    ///   - syncs: `false` leaves out every fsync, for tests that are about something else and write much.
    ///   - freeBytes: what every file system claims to have free; `nil` for what it has.
    package init(
        _ base: any FileSystem = LinuxFileSystem(), syncs: Bool = true, freeBytes: UInt64? = nil,
        before: @escaping Hook = { (_) throws(FileError) in },
        after: @escaping Hook = { (_) throws(FileError) in }
    ) {
        self.base = base
        self.syncs = syncs
        self.free = freeBytes
        self.before = before
        self.after = after
    }

    package var calls: [FileCall] { noted.withLock { $0 } }
    package func forgetCalls() { noted.withLock { $0 = [] } }

    private func pass<Result>(
        _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose, forceSync: Bool = false,
        _ body: () throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let call = FileCall(operation: operation, path: path, purpose: purpose, forceSync: forceSync)
        noted.withLock { $0.append(call) }
        try before(call)
        let result = try body()
        try after(call)
        return result
    }

    package func openForReading(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try pass(.open, path, purpose) { () throws(FileError) in try base.openForReading(path, for: purpose) }
    }

    package func createFile(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try pass(.create, path, purpose) { () throws(FileError) in try base.createFile(path, mode: mode, for: purpose) }
    }

    package func openForUpdating(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try pass(.create, path, purpose) { () throws(FileError) in try base.openForUpdating(path, mode: mode, for: purpose) }
    }

    package func read(
        _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        try pass(.read, file.path, purpose) { () throws(FileError) in
            try base.read(file, into: buffer, at: offset, for: purpose)
        }
    }

    package func write(
        _ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        try pass(.write, file.path, purpose) { () throws(FileError) in
            try base.write(file, from: buffer, at: offset, for: purpose)
        }
    }

    package func sync(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) {
        try pass(.sync, file.path, purpose) { () throws(FileError) in if syncs { try base.sync(file, for: purpose) } }
    }

    package func status(_ file: OpenFile, forceSync: Bool, for purpose: FilePurpose) throws(FileError) -> FileStatus {
        try pass(.status, file.path, purpose, forceSync: forceSync) { () throws(FileError) in
            try base.status(file, forceSync: forceSync, for: purpose)
        }
    }

    package func tryLock(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) -> Bool {
        try pass(.lock, file.path, purpose) { () throws(FileError) in try base.tryLock(file, for: purpose) }
    }

    package func close(_ file: OpenFile) { base.close(file) }

    package func status(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FileStatus? {
        try pass(.status, path, purpose) { () throws(FileError) in try base.status(path, for: purpose) }
    }

    package func createDirectory(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try pass(.createDirectory, path, purpose) { () throws(FileError) in
            try base.createDirectory(path, mode: mode, for: purpose)
        }
    }

    package func removeDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try pass(.removeDirectory, path, purpose) { () throws(FileError) in try base.removeDirectory(path, for: purpose) }
    }

    package func syncDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try pass(.syncDirectory, path, purpose) { () throws(FileError) in
            if syncs { try base.syncDirectory(path, for: purpose) }
        }
    }

    package func list(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [String] {
        try pass(.list, path, purpose) { () throws(FileError) in try base.list(path, limit: limit, for: purpose) }
    }

    package func revalidateDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try pass(.revalidate, path, purpose) { () throws(FileError) in try base.revalidateDirectory(path, for: purpose) }
    }

    package func rename(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try pass(.rename, target, purpose) { () throws(FileError) in try base.rename(source, to: target, for: purpose) }
    }

    package func link(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try pass(.link, target, purpose) { () throws(FileError) in try base.link(source, to: target, for: purpose) }
    }

    package func unlink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try pass(.unlink, path, purpose) { () throws(FileError) in try base.unlink(path, for: purpose) }
    }

    package func createSymbolicLink(
        at path: FilePath, to target: FilePath, for purpose: FilePurpose
    ) throws(FileError) {
        try pass(.createSymbolicLink, path, purpose) { () throws(FileError) in
            try base.createSymbolicLink(at: path, to: target, for: purpose)
        }
    }

    package func readSymbolicLink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FilePath {
        try pass(.readSymbolicLink, path, purpose) { () throws(FileError) in
            try base.readSymbolicLink(path, for: purpose)
        }
    }

    package func setMode(_ path: FilePath, _ mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try pass(.setMode, path, purpose) { () throws(FileError) in try base.setMode(path, mode, for: purpose) }
    }

    package func freeBytes(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> UInt64 {
        try pass(.freeBytes, path, purpose) { () throws(FileError) in
            if let free { return free }
            return try base.freeBytes(path, for: purpose)
        }
    }
}
