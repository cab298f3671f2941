import RolloutCore

/// The files of an OCI image layout, wherever it lies (image-spec v1.1, image-layout.md).
protocol ImageLayout {
    /// `nil` when there is no such file.
    func file(_ path: String) throws(ReleaseSourceError) -> (any Content)?
}

/// An image layout as a directory on disk.
struct LayoutDirectory: ImageLayout {
    let tree: DirectoryTree
    let name: String

    func file(_ path: String) throws(ReleaseSourceError) -> (any Content)? {
        guard case .file(let content)? = try tree.entry(SourcePath(path)) else { return nil }
        return content
    }
}

/// An image layout as a tar archive, as `docker buildx --output type=oci` and `docker save` make it.
struct LayoutArchive: ImageLayout {
    private let files: [String: any Content]

    init(_ content: any Content, name: String) throws(ReleaseSourceError) {
        var files: [String: any Content] = [:]
        do throws(ContentError) {
            for entry in try TarReader.entries(content) {
                guard case .file = entry.kind, let slice = ContentSlice(content, offset: entry.offset, size: entry.size) else {
                    continue
                }
                files[SourcePath("/" + entry.path).parts.joined(separator: "/")] = slice
            }
        } catch {
            throw ReleaseSourceError(name, error)
        }
        guard files["oci-layout"] != nil else {
            let remedy =
                files["manifest.json"] != nil
                ? "Save it with Docker 25 or newer, or with 'docker buildx build --output type=oci'"
                : "Name an OCI image archive"
            throw ReleaseSourceError(name, "it is a tar archive without an oci-layout, so it is no OCI image", remedy: remedy)
        }
        self.files = files
    }

    func file(_ path: String) throws(ReleaseSourceError) -> (any Content)? { files[path] }
}
