import SystemPackage

extension AtomicWrite {
    private static var prefix: String { ".wasmrollout-" }
    private static var suffix: String { ".tmp" }

    func temporaryName(near target: FilePath) -> FilePath {
        Self.temporaryName(in: temporaryDirectory ?? target.parentDirectory, nonce: nonce())
    }

    /// A name that whoever lists the directory passes over, and that is swept when it is left there.
    package static func temporaryName(in directory: FilePath, nonce: UInt64 = .random(in: .min ... .max)) -> FilePath {
        let digits = String(nonce, radix: 16)
        return directory.appending(prefix + String(repeating: "0", count: 16 - digits.count) + digits + suffix)
    }

    /// Whether a name is one that `AtomicWrite` makes, so that whoever lists a directory can pass over it.
    package static func isTemporary(_ name: String) -> Bool {
        name.utf8.count == prefix.utf8.count + 16 + suffix.utf8.count && name.hasPrefix(prefix) && name.hasSuffix(suffix)
    }

    /// Removes what writers that were killed have left in a directory. One that vanishes meanwhile is no error.
    ///
    /// - Parameters:
    ///   - before: nanoseconds since 1970; only what was last modified before is removed, because a younger one may be at
    ///     work. On a volume the times are the server's, so leave a day. Where the caller holds the directory's lock: `.max`.
    ///   - limit: names that may be in the directory; `.tooMany` beyond.
    /// - Returns: how many were removed.
    @discardableResult
    package static func sweep(
        _ directory: FilePath, before: Int64, limit: Int = 100_000, in fileSystem: any FileSystem,
        for purpose: FilePurpose = .temporarySweep
    ) throws(FileError) -> Int {
        var removed = 0
        for name in try fileSystem.list(directory, limit: limit, for: purpose) where isTemporary(name) {
            let path = directory.appending(name)
            guard let found = try fileSystem.status(path, for: purpose), found.kind != .directory, found.modified < before
            else { continue }
            do throws(FileError) {
                try fileSystem.unlink(path, for: purpose)
                removed += 1
            } catch let error where error.code == .notFound {}
        }
        return removed
    }
}
