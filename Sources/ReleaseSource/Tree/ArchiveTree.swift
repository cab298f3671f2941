import RolloutCore

/// The file system of an image as a source: the files of its layers, laid over one another.
final class ArchiveTree: SourceTree {
    private let contents: [String: any Content]
    private let directories: Set<String>
    private let base: [String]
    let warnings: [String] = []

    /// - Parameter base: the directory that paths are relative to.
    init(_ contents: [String: any Content], base: [String] = []) {
        self.contents = contents
        self.base = base
        var directories: Set<String> = [""]
        for path in contents.keys {
            var parts = path.pathParts.dropLast()
            while !parts.isEmpty, directories.insert(parts.joined(separator: "/")).inserted { parts = parts.dropLast() }
        }
        self.directories = directories
    }

    func entry(_ path: SourcePath) throws(ReleaseSourceError) -> SourceEntry? {
        let name = key(path)
        if let content = contents[name] { return .file(content) }
        return directories.contains(name) ? .directory : nil
    }

    func files(below directory: SourcePath, depth: Int) throws(ReleaseSourceError) -> [SourcePath] {
        let prefix = SourcePath(parts: base + directory.parts).parts
        return contents.keys.compactMap { name in
            let parts = name.pathParts
            guard parts.count > prefix.count, parts.count - prefix.count <= depth, parts.starts(with: prefix) else {
                return nil
            }
            return SourcePath(parts: Array(parts.dropFirst(base.count)))
        }.sorted()
    }

    private func key(_ path: SourcePath) -> String {
        let text = path.isAbsolute ? path.description : "/" + (base + path.parts).joined(separator: "/")
        return SourcePath(text).parts.joined(separator: "/")
    }
}
