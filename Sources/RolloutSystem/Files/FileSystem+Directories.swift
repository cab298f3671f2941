import SystemPackage

extension FileSystem {
    /// Creates a directory and every missing one above it, each durable before the one below. Nothing is done when it
    /// exists; `.notDirectory` when the name is something else (a link to a directory included).
    package func createDirectories(_ path: FilePath, mode: UInt16, for purpose: FilePurpose) throws(FileError) {
        if let found = try status(path, for: purpose) {
            guard found.kind == .directory else {
                throw FileError(code: .notDirectory, operation: .createDirectory, path: path, purpose: purpose)
            }
            return
        }
        let parent = path.parentDirectory
        if parent != path, try !isDirectory(parent, for: purpose) {
            try createDirectories(parent, mode: mode, for: purpose)
        }
        do throws(FileError) {
            try createDirectory(path, mode: mode, for: purpose)
        } catch let error where error.code == .exists {
            // Another one was faster, which is as good; or it is a file, and then the next use says so.
        }
        try syncDirectory(parent, for: purpose)
    }

    /// Whether names can be made in it, through links too: only what is below a volume's or a store's root is distrusted.
    private func isDirectory(_ path: FilePath, for purpose: FilePurpose) throws(FileError) -> Bool {
        guard let found = try status(path, for: purpose) else { return false }
        return found.kind != .regular
    }

    /// Removes a directory and all below it, following no links. Nothing is done when it does not exist.
    ///
    /// - Parameter limit: names per directory; `.tooMany` beyond it, with some of them removed.
    package func removeTree(
        _ path: FilePath, limit: Int = 100_000, depth: Int = 64, for purpose: FilePurpose
    ) throws(FileError) {
        guard let found = try status(path, for: purpose) else { return }
        guard found.kind == .directory else { return try unlink(path, for: purpose) }
        guard depth > 0 else { throw FileError(code: .tooMany, operation: .list, path: path, purpose: purpose) }
        for name in try list(path, limit: limit, for: purpose) {
            try removeTree(path.appending(name), limit: limit, depth: depth - 1, for: purpose)
        }
        try removeDirectory(path, for: purpose)
    }
}

extension FilePath {
    /// The directory that holds the name; `.` for a name alone, itself for the root.
    package var parentDirectory: FilePath {
        let parent = removingLastComponent()
        return parent.isEmpty ? "." : parent
    }
}
