#if DEBUG
    import SystemPackage

    /// Passes everything on, each change as a kill point. What only reads cannot be told apart afterwards, so it is none.
    package struct KillableFileSystem: FileSystem {
        private let base: any FileSystem
        private let points: KillPoints

        package init(_ base: any FileSystem, _ points: KillPoints) {
            self.base = base
            self.points = points
        }

        private func around<Result>(
            _ purpose: FilePurpose, _ effect: () throws(FileError) -> Result
        ) throws(FileError) -> Result {
            try points.around("fs:\(purpose.rawValue)", effect)
        }

        // MARK: Changes

        package func createFile(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
            try around(purpose) { () throws(FileError) in try base.createFile(path, mode: mode, for: purpose) }
        }

        package func openForUpdating(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) -> OpenFile {
            try around(purpose) { () throws(FileError) in try base.openForUpdating(path, mode: mode, for: purpose) }
        }

        package func write(
            _ file: OpenFile, from buffer: UnsafeRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
        ) throws(FileError) -> Int {
            try around(purpose) { () throws(FileError) in try base.write(file, from: buffer, at: offset, for: purpose) }
        }

        package func sync(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.sync(file, for: purpose) }
        }

        package func createDirectory(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.createDirectory(path, mode: mode, for: purpose) }
        }

        package func removeDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.removeDirectory(path, for: purpose) }
        }

        package func syncDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.syncDirectory(path, for: purpose) }
        }

        package func rename(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.rename(source, to: target, for: purpose) }
        }

        package func link(_ source: FilePath, to target: FilePath, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.link(source, to: target, for: purpose) }
        }

        package func unlink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.unlink(path, for: purpose) }
        }

        package func createSymbolicLink(
            at path: FilePath, to target: FilePath, for purpose: FilePurpose
        ) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.createSymbolicLink(at: path, to: target, for: purpose) }
        }

        package func setMode(_ path: FilePath, _ mode: UInt16, for purpose: FilePurpose) throws(FileError) {
            try around(purpose) { () throws(FileError) in try base.setMode(path, mode, for: purpose) }
        }

        // MARK: The rest

        package func openForReading(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> OpenFile {
            try base.openForReading(path, for: purpose)
        }

        package func read(
            _ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, for purpose: FilePurpose
        ) throws(FileError) -> Int {
            try base.read(file, into: buffer, at: offset, for: purpose)
        }

        package func status(_ file: OpenFile, forceSync: Bool, for purpose: FilePurpose) throws(FileError) -> FileStatus {
            try base.status(file, forceSync: forceSync, for: purpose)
        }

        package func tryLock(_ file: OpenFile, for purpose: FilePurpose) throws(FileError) -> Bool {
            try base.tryLock(file, for: purpose)
        }

        package func close(_ file: OpenFile) { base.close(file) }

        package func status(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FileStatus? {
            try base.status(path, for: purpose)
        }

        package func list(_ path: FilePath, limit: Int, for purpose: FilePurpose) throws(FileError) -> [String] {
            try base.list(path, limit: limit, for: purpose)
        }

        package func revalidateDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) {
            try base.revalidateDirectory(path, for: purpose)
        }

        package func readSymbolicLink(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> FilePath {
            try base.readSymbolicLink(path, for: purpose)
        }

        package func freeBytes(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> UInt64 {
            try base.freeBytes(path, for: purpose)
        }
    }
#endif
