import RolloutCore
import RolloutSystem
import SystemPackage

/// Opens what a person wants to publish: a `.wasm`, a `spin.toml` (or its directory), an OCI image layout, as a directory
/// or a tar archive.
package struct ReleaseSource {
    private let fileSystem: any FileSystem
    private let spoolDirectory: FilePath

    /// - Parameter spoolDirectory: where content that has to be decompressed is kept meanwhile, without a name.
    package init(_ fileSystem: any FileSystem, spoolDirectory: FilePath = "/var/tmp") {
        self.fileSystem = fileSystem
        self.spoolDirectory = spoolDirectory
    }

    /// Looks at the source, inspects every artifact in it, and tells what a release of it would be. Copies nothing.
    ///
    /// - Parameter path: absolute.
    /// - Throws: why it cannot be published, and what to do.
    package func open(_ path: FilePath) throws(ReleaseSourceError) -> PublishableRelease {
        let name = path.lastComponent?.string ?? path.string
        let resolver = LinkResolver(fileSystem: fileSystem)
        guard let (resolved, status) = try resolver.resolve(SourcePath(path.string).parts, from: "/", within: nil) else {
            throw ReleaseSourceError(name, "'\(path)' does not exist", remedy: "Name a .wasm, a spin.toml or an OCI image")
        }
        switch status.kind {
        case .directory: return try directory(resolved, name: name, resolver)
        case .regular: return try file(resolved, as: path, name: name)
        default:
            throw ReleaseSourceError(
                name, "it is no file and no directory", remedy: "Name a .wasm, a spin.toml or an OCI image")
        }
    }

    private func directory(_ path: FilePath, name: String, _ resolver: LinkResolver) throws(ReleaseSourceError)
        -> PublishableRelease
    {
        let tree = DirectoryTree(path, fileSystem)
        if case .file(let manifest)? = try tree.entry(SourcePath("spin.toml")) {
            return try application(manifest, name: "\(name)/spin.toml", in: tree)
        }
        if case .file? = try tree.entry(SourcePath("oci-layout")) {
            return try OCIImage(blobs: LayoutDirectory(tree: tree, name: name), name: name, spool: spool).release()
        }
        throw ReleaseSourceError(
            name, "it is a directory without a spin.toml and without an oci-layout",
            remedy: "Name a .wasm, a spin.toml or an OCI image")
    }

    private func file(_ path: FilePath, as given: FilePath, name: String) throws(ReleaseSourceError) -> PublishableRelease {
        let content: any Content
        let start: [UInt8]
        do throws(ContentError) {
            content = try FileContent(path, fileSystem)
            start = try content.open().read(at: 0, count: 512)
        } catch {
            throw ReleaseSourceError(name, error)
        }
        if given.extension == "toml" {
            // A link to a manifest stands for the place where the link is, as it does for Spin.
            return try application(content, name: name, in: DirectoryTree(try parent(of: given, name: name), fileSystem))
        }
        if start.starts(with: [0x1f, 0x8b]), ["gz", "tgz"].contains(given.extension ?? "") {
            return try archive(try spool(content, name), name: name)
        }
        if TarReader.looksLikeTar(start) { return try archive(content, name: name) }
        return try BareArtifact.release(content, name: name)
    }

    private func parent(of given: FilePath, name: String) throws(ReleaseSourceError) -> FilePath {
        let parts = Array(SourcePath(given.string).parts.dropLast())
        guard let (parent, _) = try LinkResolver(fileSystem: fileSystem).resolve(parts, from: "/", within: nil) else {
            throw ReleaseSourceError(name, "its directory does not exist", remedy: "Name a spin.toml")
        }
        return parent
    }

    private func application(
        _ content: any Content, name: String, in tree: any SourceTree
    ) throws(ReleaseSourceError) -> PublishableRelease {
        let manifest = try SpinManifestReader.read(try ManifestText.read(content, name: name), name: name)
        return try ReleaseAssembler.assemble(manifest, name: name, from: tree)
    }

    private func archive(_ content: any Content, name: String) throws(ReleaseSourceError) -> PublishableRelease {
        let archive = try LayoutArchive(content, name: name)
        return try OCIImage(blobs: archive, name: name, spool: spool).release()
    }

    private var spool: SpoolDoor { SpoolDoor(fileSystem: fileSystem, directory: spoolDirectory) }

    private func spool(_ content: any Content, _ name: String) throws(ReleaseSourceError) -> any Content {
        do throws(ContentError) {
            return try spool.gunzip(content)
        } catch {
            throw ReleaseSourceError(name, error)
        }
    }
}
