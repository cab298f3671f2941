import RolloutCore
import RolloutSystem
import SystemPackage

/// One check of a materialized release against its manifest.
struct LocalReleaseCheck {
    let id: Digest
    let layout: ReleaseLayout
    let fileSystem: any FileSystem
    let rewrite: EntryRewrite?
    let removesExtra: Bool

    func run() throws(StoreError) -> LocalRelease {
        guard try kind(layout.directory) == .directory else {
            throw StoreError(.missing(id), "use release \(id.short)", "\(layout.directory) is not there", "It is made again.")
        }
        let manifest = try readManifest()
        for file in manifest.files { try check(file) }
        let entry = try checkRewritten(manifest)
        try settleExtra(manifest, entry: entry)
        return LocalRelease(id: id, manifest: manifest, layout: layout, entry: entry)
    }

    private func readManifest() throws(StoreError) -> ReleaseManifest {
        let bytes = try readSmall(layout.manifest, limit: Limits.manifestBytes)
        guard Digest(of: bytes) == id else { throw damaged("\(layout.manifest) has another digest") }
        return try BlobStore.decodeManifest(bytes, release: id)
    }

    private func check(_ file: ReleaseFile) throws(StoreError) {
        let path = layout.file(file.path)
        let opened: OpenFile
        do throws(FileError) {
            opened = try fileSystem.openForReading(path, for: .storeRead)
        } catch {
            throw failure(error)
        }
        defer { fileSystem.close(opened) }
        let outcome = try HashingCopy.run(
            limit: file.size,
            read: { (buffer, offset) throws(StoreError) in
                do throws(FileError) {
                    return try fileSystem.read(opened, into: buffer, at: offset, for: .storeRead)
                } catch {
                    throw failure(error)
                }
            }, write: { (_, _) throws(StoreError) in })
        guard outcome.size == file.size, outcome.digest == file.digest else {
            throw damaged("\(path) is not what was published")
        }
    }

    private func checkRewritten(_ manifest: ReleaseManifest) throws(StoreError) -> RelativePath {
        guard let rewrite, let copy = ReleaseLayout.rewritten(manifest.entry) else { return manifest.entry }
        let original = try readSmall(layout.file(manifest.entry), limit: EntryRewrite.byteLimit)
        let expected: [UInt8]
        do throws(ContentError) {
            expected = try rewrite.apply(original, manifest, id)
        } catch {
            throw damaged("its entry cannot be rewritten: \(error.reason)")
        }
        guard try readSmall(layout.file(copy), limit: EntryRewrite.byteLimit) == expected else {
            throw damaged("\(layout.file(copy)) is not what the entry is rewritten to")
        }
        return copy
    }

    /// What the manifest does not name could be picked up by a runtime that reads directories.
    private func settleExtra(_ manifest: ReleaseManifest, entry: RelativePath) throws(StoreError) {
        // By bytes: two spellings of `é` are two files, and one `String`.
        var expected: [FilePath: Set<[UInt8]>] = [
            layout.directory: [Array(ReleaseLayout.reserved.utf8)], layout.reserved: [Array(layout.manifest.lastName.utf8)],
        ]
        for path in manifest.files.map(\.path) + [entry] {
            var directory = layout.directory
            for part in path.components {
                expected[directory, default: []].insert(Array(part.utf8))
                directory = directory.appending(part)
            }
        }
        for (directory, names) in expected.sorted(by: { $0.key.string < $1.key.string }) {
            guard try kind(directory) == .directory else { throw damaged("\(directory) is not a directory") }
            let found = try list(directory, expected: names.count)
            for extra in found where !names.contains(Array(extra.utf8)) {
                guard removesExtra else { throw damaged("\(directory) holds '\(extra)', which was not published") }
                try attempt("clear release \(id.short)") { () throws(FileError) in
                    try fileSystem.removeTree(directory.appending(extra), for: .materializeWrite)
                }
            }
        }
    }

    private func list(_ directory: FilePath, expected: Int) throws(StoreError) -> [String] {
        do throws(FileError) {
            return try fileSystem.list(directory, limit: removesExtra ? 100_000 : expected, for: .storeRead)
        } catch let error where error.code == .tooMany {
            throw damaged("\(directory) holds something that was not published")
        } catch {
            throw failure(error)
        }
    }

    private func readSmall(_ path: FilePath, limit: Int) throws(StoreError) -> [UInt8] {
        do throws(FileError) {
            return try fileSystem.readAll(path, limit: limit, for: .storeRead)
        } catch {
            throw failure(error)
        }
    }

    private func kind(_ path: FilePath) throws(StoreError) -> FileStatus.Kind? {
        try attempt("use release \(id.short)") { () throws(FileError) in try fileSystem.status(path, for: .storeRead)?.kind }
    }

    private func failure(_ error: FileError) -> StoreError {
        switch error.code {
        case .notFound, .notRegular, .notDirectory, .tooMany: damaged("\(error.path): \(error.reason)")
        default: StoreError(error, during: "use release \(id.short)")
        }
    }

    private func damaged(_ reason: String) -> StoreError {
        StoreError(.corrupt, "use release \(id.short)", reason, "It is made again from the volume.")
    }
}
