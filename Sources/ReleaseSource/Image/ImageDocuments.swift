import RolloutCore

/// A reference to a blob by what it is, its digest and its size (image-spec v1.1, descriptor.md).
struct ImageDescriptor {
    let mediaType: String
    let digest: Digest
    let size: UInt64
    /// `os/architecture`; `nil` when it names none.
    let platform: String?
    let annotations: [String: String]

    init(_ node: ManifestNode, in name: String) throws(ReleaseSourceError) {
        guard let digest = node["digest"]?.text, let size = node["size"]?.integer, size >= 0 else {
            throw ReleaseSourceError(name, "an entry has no digest or no size", remedy: "Make the image again")
        }
        guard let sha256 = Digest(digest) else {
            throw ReleaseSourceError(
                name, "it names content by '\(digest.prefix(100))', and only sha256 is read",
                remedy: "Make the image with sha256 digests")
        }
        self.digest = sha256
        self.size = UInt64(size)
        mediaType = node["mediaType"]?.text ?? ""
        annotations = (node["annotations"]?.table ?? [:]).compactMapValues(\.text)
        if let os = node["platform"]?["os"]?.text, let architecture = node["platform"]?["architecture"]?.text {
            platform = "\(os)/\(architecture)".lowercased()
        } else {
            platform = nil
        }
    }

    /// A list of descriptors, bounded.
    static func list(_ node: ManifestNode?, in name: String) throws(ReleaseSourceError) -> [ImageDescriptor] {
        let nodes = node?.list ?? []
        guard nodes.count <= SourceLimits.descriptors else {
            throw ReleaseSourceError(
                name, "it has more than \(SourceLimits.descriptors) entries", remedy: "Make a smaller image")
        }
        var result: [ImageDescriptor] = []
        for node in nodes { result.append(try ImageDescriptor(node, in: name)) }
        return result
    }
}

/// The media types that matter.
enum MediaType {
    static let indexes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
    static let tarLayers = ["application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar"]
    static let gzipLayers = [
        "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ]
    static let artifacts = ["application/wasm", "application/vnd.wasm.content.layer.v1+wasm"]
    static let spinApplication = "application/vnd.fermyon.spin.application.v1+config"
    static let spinArchive = "application/vnd.wasm.content.bundle.v1.tar+gzip"
}
