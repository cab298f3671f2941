import RolloutCore

/// Lays the layers of an image over one another (image-spec v1.1, layer.md), files only.
///
/// Links and special files are refused where they are used: a symbolic link that nothing refers to, as base images have
/// many, does no harm. Names that try to leave the root are refused at once.
struct LayerTree {
    private(set) var files: [String: any Content] = [:]
    /// Path and what it is.
    private(set) var refused: [String: String] = [:]

    mutating func apply(_ archive: any Content, name: String) throws(ReleaseSourceError) {
        let entries: [TarEntry]
        do throws(ContentError) {
            entries = try TarReader.entries(archive)
        } catch {
            throw ReleaseSourceError(name, error)
        }
        // Removals concern the layers below, so they come first.
        var added: [(String, TarEntry)] = []
        for entry in entries {
            let path = try safePath(entry.path, name: name)
            let parts = path.pathParts
            guard let last = parts.last else { continue }
            let parent = parts.dropLast().joined(separator: "/")
            if last == ".wh..wh..opq" {
                remove(parent, keepItself: true)
            } else if last.hasPrefix(".wh.") {
                remove((parent.isEmpty ? "" : parent + "/") + last.dropFirst(4), keepItself: false)
            } else {
                added.append((path, entry))
            }
        }
        for (path, entry) in added { add(entry, at: path, from: archive) }
        guard files.count <= SourceLimits.entries else {
            throw ReleaseSourceError(name, "it has more than \(SourceLimits.entries) files", remedy: "Make a smaller image")
        }
    }

    private mutating func add(_ entry: TarEntry, at path: String, from archive: any Content) {
        refused[path] = nil
        switch entry.kind {
        case .directory: files[path] = nil
        case .file:
            remove(path, keepItself: false)
            files[path] = ContentSlice(archive, offset: entry.offset, size: entry.size)
        case .symbolicLink(let target): refuse(path, "a symbolic link to '\(target)'")
        case .hardLink(let target): refuse(path, "a hard link to '\(target)'")
        case .other: refuse(path, "a device or pipe")
        }
    }

    private mutating func refuse(_ path: String, _ what: String) {
        remove(path, keepItself: false)
        refused[path] = what
    }

    private mutating func remove(_ path: String, keepItself: Bool) {
        let prefix = path.isEmpty ? "" : path + "/"
        for known in files.keys where known.hasPrefix(prefix) || (!keepItself && known == path) { files[known] = nil }
        for known in refused.keys where known.hasPrefix(prefix) || (!keepItself && known == path) { refused[known] = nil }
    }

    private func safePath(_ path: String, name: String) throws(ReleaseSourceError) -> String {
        let parts = path.pathParts
        guard !path.isAbsolutePath, !parts.contains("..") else {
            throw ReleaseSourceError(
                name, "a layer holds '\(path.prefix(200))', which leads out of the image",
                remedy: "Do not publish this image: it was made to do harm")
        }
        return parts.filter { $0 != "." }.joined(separator: "/")
    }
}
