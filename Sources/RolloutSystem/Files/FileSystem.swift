import SystemPackage

/// The only door to files. Synchronous: callers choose the thread (a hard NFS mount can block for ever, see `BlockingLane`).
///
/// No call follows a symbolic link in the last component of a path, and opening anything but a regular file fails with
/// `.notRegular`: links and special files on a volume are never trusted.
///
/// All errors are `FileError`, which carries the errno, the path and the purpose.
package protocol FileSystem: Sendable {
    // MARK: Open files

    /// Opens an existing regular file.
    func openForReading(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> OpenFile
    /// Creates a file that must not exist yet (`O_CREAT | O_EXCL`), open for writing and reading.
    func createFile(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile
    /// Opens an existing regular file for rewriting in place, creating it when absent. Never truncates.
    func openForUpdating(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile
    /// Reads at most `buffer.count` bytes at `offset`; 0 at the end of the file.
    func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, for purpose: FilePurpose)
        throws(FileError) -> Int
    /// Writes at most `buffer.count` bytes at `offset`; returns how many were written (may be fewer).
    func write(_ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose)
        throws(FileError) -> Int
    /// Makes the file's content durable (fsync). On NFS also what makes it visible to others.
    func sync(_ file: OpenFile, for purpose: FilePurpose) throws(FileError)
    /// Facts about an open file. With `forceSync`, asks the server (one GETATTR on NFS) instead of the attribute cache.
    func status(_ file: OpenFile, forceSync: Bool, for purpose: FilePurpose) throws(FileError) -> FileStatus
    /// Takes an exclusive OFD lock without waiting; `false` when another holder has it. Released by `close`.
    func tryLock(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) -> Bool
    /// Never fails: an error at close has nothing that `sync` did not report.
    func close(_ file: OpenFile)

    // MARK: Names

    /// `nil` when nothing has that name. Does not follow links.
    func status(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FileStatus?
    /// Creates one directory; `.exists` when the name is taken.
    func createDirectory(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError)
    func removeDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError)
    /// Makes the directory's names durable (fsync of the directory).
    func syncDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError)
    /// Names in a directory, without `.` and `..`, in no order; at most `limit`, else `.tooMany`.
    /// Opening the directory also makes an NFS client ask the server about names it has cached, absent ones included.
    func list(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [String]
    /// Opens and closes the directory: on NFS, what makes the next look-up of a name in it fresh.
    func revalidateDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError)
    func rename(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError)
    /// Gives a file a second name; fails with `.exists` when it is taken. The create-once arbiter, on NFS too.
    func link(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError)
    func unlink(_ path: FilePath, for purpose: FilePurpose) throws(FileError)
    func createSymbolicLink(at path: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError)
    /// `.notRegular` when the name is not a symbolic link.
    func readSymbolicLink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FilePath
    func setMode(_ path: FilePath, _ mode: UInt16, for purpose: FilePurpose) throws(FileError)
    /// Bytes an unprivileged user may still write to the file system that holds `path`.
    func freeBytes(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> UInt64
}
