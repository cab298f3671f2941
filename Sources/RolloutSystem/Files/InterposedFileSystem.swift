import SystemPackage

/// Another file system, each of whose calls goes through an interposer.
package struct InterposedFileSystem: FileSystem {
    private let base: any FileSystem
    private let interposer: any FileInterposer

    package init(_ base: any FileSystem, _ interposer: any FileInterposer) {
        self.base = base
        self.interposer = interposer
    }

    // MARK: Open files

    package func openForReading(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try interposer.around(.open, path, purpose) { () throws(FileError) in
            try base.openForReading(path, for: purpose)
        }
    }

    package func createFile(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try interposer.around(.create, path, purpose) { () throws(FileError) in
            try base.createFile(path, mode: mode, for: purpose)
        }
    }

    package func openForUpdating(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
        try interposer.around(.create, path, purpose) { () throws(FileError) in
            try base.openForUpdating(path, mode: mode, for: purpose)
        }
    }

    package func read(
        _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        try interposer.around(.read, file.path, purpose) { () throws(FileError) in
            try base.read(file, into: buffer, at: offset, for: purpose)
        }
    }

    package func write(
        _ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
    ) throws(FileError) -> Int {
        try interposer.around(.write, file.path, purpose) { () throws(FileError) in
            try base.write(file, from: buffer, at: offset, for: purpose)
        }
    }

    package func sync(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.sync, file.path, purpose) { () throws(FileError) in try base.sync(file, for: purpose) }
    }

    package func status(_ file: OpenFile, forceSync: Bool, for purpose: FilePurpose) throws(FileError) -> FileStatus {
        try interposer.around(.status, file.path, purpose) { () throws(FileError) in
            try base.status(file, forceSync: forceSync, for: purpose)
        }
    }

    package func tryLock(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) -> Bool {
        try interposer.around(.lock, file.path, purpose) { () throws(FileError) in try base.tryLock(file, for: purpose) }
    }

    package func close(_ file: OpenFile) { interposer.around(.close, file.path, nil) { base.close(file) } }

    // MARK: Names

    package func status(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FileStatus? {
        try interposer.around(.status, path, purpose) { () throws(FileError) in try base.status(path, for: purpose) }
    }

    package func createDirectory(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.createDirectory, path, purpose) { () throws(FileError) in
            try base.createDirectory(path, mode: mode, for: purpose)
        }
    }

    package func removeDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.removeDirectory, path, purpose) { () throws(FileError) in
            try base.removeDirectory(path, for: purpose)
        }
    }

    package func syncDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.syncDirectory, path, purpose) { () throws(FileError) in
            try base.syncDirectory(path, for: purpose)
        }
    }

    package func list(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [String] {
        try interposer.around(.list, path, purpose) { () throws(FileError) in
            try base.list(path, limit: limit, for: purpose)
        }
    }

    package func revalidateDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.revalidate, path, purpose) { () throws(FileError) in
            try base.revalidateDirectory(path, for: purpose)
        }
    }

    package func rename(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.rename, target, purpose) { () throws(FileError) in
            try base.rename(source, to: target, for: purpose)
        }
    }

    package func link(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.link, target, purpose) { () throws(FileError) in
            try base.link(source, to: target, for: purpose)
        }
    }

    package func unlink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.unlink, path, purpose) { () throws(FileError) in try base.unlink(path, for: purpose) }
    }

    package func createSymbolicLink(
        at path: FilePath, to target: FilePath, for purpose: FilePurpose
    ) throws(FileError) {
        try interposer.around(.createSymbolicLink, path, purpose) { () throws(FileError) in
            try base.createSymbolicLink(at: path, to: target, for: purpose)
        }
    }

    package func readSymbolicLink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FilePath {
        try interposer.around(.readSymbolicLink, path, purpose) { () throws(FileError) in
            try base.readSymbolicLink(path, for: purpose)
        }
    }

    package func setMode(_ path: FilePath, _ mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        try interposer.around(.setMode, path, purpose) { () throws(FileError) in
            try base.setMode(path, mode, for: purpose)
        }
    }

    package func freeBytes(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> UInt64 {
        try interposer.around(.freeBytes, path, purpose) { () throws(FileError) in
            try base.freeBytes(path, for: purpose)
        }
    }
}
