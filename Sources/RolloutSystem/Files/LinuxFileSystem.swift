import CRolloutSystem
import Glibc
import SystemPackage

/// The host's own file system calls.
package struct LinuxFileSystem: FileSystem {
    package init() {}

    /// Runs a call again while it is interrupted; throws what it failed with. `call` returns -1 on failure.
    @discardableResult
    static func retrying<Result: SignedInteger>(
        _ operation: FileOperation, _ path: FilePath, _ purpose: FilePurpose, _ call: () -> Result
    ) throws(FileError) -> Result {
        while true {
            let result = call()
            if result != -1 { return result }
            let number = errno
            guard number == EINTR else {
                throw FileError(errno: number, operation: operation, path: path, purpose: purpose)
            }
        }
    }

    // MARK: Open files

    package func openForReading(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try open(path, O_RDONLY, mode: 0, .open, for: purpose)
    }

    package func createFile(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try open(path, O_RDWR | O_CREAT | O_EXCL, mode: mode, .create, for: purpose)
    }

    package func openForUpdating(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try open(path, O_RDWR | O_CREAT, mode: mode, .create, for: purpose)
    }

    private func open(
        _ path: FilePath, _ flags: Int32, mode: UInt16, _ operation: FileOperation, for purpose: FilePurpose
    ) throws(FileError) -> OpenFile {
        // O_NONBLOCK: opening a FIFO that has no other end must fail the check below instead of waiting for one.
        let all = flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let descriptor = try Self.retrying(operation, path, purpose) {
            path.withPlatformString { Glibc.open($0, all, mode_t(mode)) }
        }
        let file = OpenFile(descriptor: descriptor, path: path)
        do throws(FileError) {
            guard try status(file, forceSync: false, for: purpose).kind == .regular else {
                throw FileError(code: .notRegular, operation: operation, path: path, purpose: purpose)
            }
        } catch {
            close(file)
            throw error
        }
        return file
    }

    package func read(
        _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        try Self.retrying(.read, file.path, purpose) {
            pread(file.descriptor, buffer.baseAddress, buffer.count, off_t(clamping: offset))
        }
    }

    package func write(
        _ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        try Self.retrying(.write, file.path, purpose) {
            pwrite(file.descriptor, buffer.baseAddress, buffer.count, off_t(clamping: offset))
        }
    }

    package func sync(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) {
        try Self.retrying(.sync, file.path, purpose) { fsync(file.descriptor) }
    }

    package func status(_ file: OpenFile, forceSync: Bool, for purpose: FilePurpose) throws(FileError) -> FileStatus {
        var found = rollout_status()
        try Self.retrying(.status, file.path, purpose) { rollout_status(file.descriptor, "", forceSync, &found) }
        return FileStatus(found)
    }

    package func tryLock(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) -> Bool {
        do throws(FileError) {
            try Self.retrying(.lock, file.path, purpose) { rollout_try_lock(file.descriptor) }
            return true
        } catch let error where error.errno == EAGAIN || error.errno == EACCES {
            return false
        }
    }

    package func close(_ file: OpenFile) {
        // Not repeated on EINTR: Linux has closed the descriptor by then, and another thread may have its number.
        _ = Glibc.close(file.descriptor)
    }
}
