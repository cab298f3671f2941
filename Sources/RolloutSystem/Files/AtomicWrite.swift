import SystemPackage

/// The one place where a file or link appears whole or not at all, crash and power loss included:
/// unique temporary name, write, fsync, rename (or link), fsync of the directory.
package struct AtomicWrite: Sendable {
    package let fileSystem: any FileSystem
    package let purposes: Purposes
    /// Where temporary names are made; `nil` for beside the target. Must be on the target's file system.
    package let temporaryDirectory: FilePath?
    let nonce: @Sendable () -> UInt64

    /// - Parameter nonce: tells temporary names apart; random unless a test needs to repeat a run.
    package init(
        _ fileSystem: any FileSystem, _ purposes: Purposes, temporaryDirectory: FilePath? = nil,
        nonce: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }
    ) {
        self.fileSystem = fileSystem
        self.purposes = purposes
        self.temporaryDirectory = temporaryDirectory
        self.nonce = nonce
    }

    /// Gives `target` this content, instead of whatever it was before. When it throws, `target` is the old or the new one.
    package func replace(_ target: FilePath, with bytes: [UInt8], mode: UInt16) throws(FileError) {
        try write(near: target, mode: mode) { file throws(FileError) in
            try fileSystem.writeAll(file, bytes, for: purposes.write)
            return .replacing(target)
        }
    }

    /// Gives a name that nothing has this content; `.exists` when it is taken. Of any number who try, on any number of
    /// hosts, one succeeds.
    package func create(_ target: FilePath, with bytes: [UInt8], mode: UInt16) throws(FileError) {
        try write(near: target, mode: mode) { file throws(FileError) in
            try fileSystem.writeAll(file, bytes, for: purposes.write)
            return .creating(target)
        }
    }

    /// Like `create`, when `isRight` accepts the written file as the server knows it, with the server's times. Otherwise nothing gets the
    /// name, and it returns `false`.
    package func create(
        _ target: FilePath, with bytes: [UInt8], mode: UInt16, onlyIf isRight: @escaping (FileStatus) -> Bool
    ) throws(FileError) -> Bool {
        try write(near: target, mode: mode, onlyIf: isRight) { file throws(FileError) in
            try fileSystem.writeAll(file, bytes, for: purposes.write)
            return .creating(target)
        } != .abandoned
    }

    /// What to do with a temporary file that has been written.
    package enum Outcome: Hashable, Sendable {
        /// Rename it over this name.
        case replacing(FilePath)
        /// Give it this name, which nothing may have.
        case creating(FilePath)
        /// Remove it.
        case abandoned
    }

    /// The general form: `body` writes the content and then says what becomes of it, which may depend on the content.
    ///
    /// - Parameters:
    ///   - near: beside which the temporary name is made when there is no temporary directory.
    ///   - isRight: asked about the synced file, before it gets its name; `false` abandons it.
    /// - Returns: what became of it.
    @discardableResult
    package func write(
        near target: FilePath, mode: UInt16, onlyIf isRight: ((FileStatus) -> Bool)? = nil,
        _ body: (OpenFile) throws(FileError) -> Outcome
    ) throws(FileError) -> Outcome {
        let temporary = temporaryName(near: target)
        let file: OpenFile
        do throws(FileError) {
            file = try fileSystem.createFile(temporary, mode: mode, for: purposes.write)
        } catch {
            throw error.said(of: target, insteadOf: temporary)
        }
        var isOpen = true
        do throws(FileError) {
            var outcome = try body(file)
            if outcome != .abandoned { try fileSystem.sync(file, for: purposes.sync) }
            // After the sync: on NFS it has no other times than the client's before.
            if let isRight, outcome != .abandoned, !isRight(try fileSystem.status(file, forceSync: true, for: purposes.sync)) {
                outcome = .abandoned
            }
            // Before the rename: an NFS client that holds a replaced file open keeps it under a `.nfs` name.
            fileSystem.close(file)
            isOpen = false
            switch outcome {
            case .replacing(let target):
                try fileSystem.rename(temporary, to: target, for: purposes.publish)
                try fileSystem.syncDirectory(target.parentDirectory, for: purposes.directorySync)
            case .creating(let target):
                try link(temporary, to: target)
            case .abandoned:
                try fileSystem.unlink(temporary, for: purposes.cleanUp)
            }
            return outcome
        } catch {
            if isOpen { fileSystem.close(file) }
            // Best effort: the failure that led here is the one to report, and `sweep` finds what stays.
            try? fileSystem.unlink(temporary, for: purposes.cleanUp)
            throw error.said(of: target, insteadOf: temporary)
        }
    }

    private func link(_ temporary: FilePath, to target: FilePath) throws(FileError) {
        do throws(FileError) {
            try fileSystem.link(temporary, to: target, for: purposes.publish)
        } catch {
            // An NFS request that was sent twice fails although its first copy succeeded: look before believing it.
            guard (try? isSameFile(temporary, target)) == true else { throw error }
        }
        // At once: a second link keeps the inode alive, and that makes other NFS clients read stale.
        // And before the sync, so that it stays gone.
        try fileSystem.unlink(temporary, for: purposes.cleanUp)
        try fileSystem.syncDirectory(target.parentDirectory, for: purposes.directorySync)
    }

    private func isSameFile(_ first: FilePath, _ second: FilePath) throws(FileError) -> Bool {
        try fileSystem.revalidateDirectory(second.parentDirectory, for: purposes.publish)
        guard let first = try fileSystem.status(first, for: purposes.publish),
            let second = try fileSystem.status(second, for: purposes.publish)
        else { return false }
        return first.inode == second.inode && first.device == second.device
    }

    /// Makes `path` a symbolic link to `target`, instead of whatever it was before.
    package func replaceSymbolicLink(_ path: FilePath, to target: FilePath) throws(FileError) {
        let temporary = temporaryName(near: path)
        do throws(FileError) {
            try fileSystem.createSymbolicLink(at: temporary, to: target, for: purposes.write)
            try fileSystem.rename(temporary, to: path, for: purposes.publish)
        } catch {
            try? fileSystem.unlink(temporary, for: purposes.cleanUp)
            throw error
        }
        try fileSystem.syncDirectory(path.parentDirectory, for: purposes.directorySync)
    }
}

extension FileError {
    /// The same failure by the name that people know. A temporary one says nothing, and is another at the next try.
    fileprivate func said(of target: FilePath, insteadOf temporary: FilePath) -> FileError {
        var error = self
        if path == temporary { error.path = target }
        return error
    }
}
