import RolloutCore

/// An OCI image with WebAssembly in it: finds the right manifest, and makes a release of what it holds.
struct OCIImage {
    private let blobs: ImageBlobs
    private let layout: any ImageLayout
    private let name: String

    init(blobs layout: any ImageLayout, name: String, spool: SpoolDoor) {
        self.layout = layout
        self.name = name
        self.blobs = ImageBlobs(layout: layout, name: name, spool: spool)
    }

    func release() throws(ReleaseSourceError) -> PublishableRelease {
        try checkVersion()
        guard let index = try layout.file("index.json") else {
            throw ReleaseSourceError(name, "it has no index.json", remedy: "Save the image again, complete")
        }
        let candidates = try manifests(in: try blobs.json(index), depth: 0)
        let chosen = try choose(candidates)
        let annotations = [
            "wasmrollout.image.digest": chosen.descriptor.digest.description,
            "wasmrollout.image.name": chosen.descriptor.annotations["org.opencontainers.image.ref.name"],
        ].compactMapValues { $0 }
        return try release(of: chosen.document, annotations: annotations)
    }

    private func checkVersion() throws(ReleaseSourceError) {
        guard let file = try layout.file("oci-layout") else { return }
        let version = try blobs.json(file)["imageLayoutVersion"]?.text ?? ""
        guard version.hasPrefix("1.") else {
            throw ReleaseSourceError(
                name, "its image layout has version '\(version)'; 1.x is read", remedy: "Save it with current tools")
        }
    }

    private struct Candidate {
        var descriptor: ImageDescriptor
        var document: ManifestNode
        var platform: String
    }

    private func manifests(in index: ManifestNode, depth: Int) throws(ReleaseSourceError) -> [Candidate] {
        guard depth <= SourceLimits.indexDepth else {
            throw ReleaseSourceError(name, "its indexes are nested too deeply", remedy: "Save one image alone")
        }
        var found: [Candidate] = []
        for descriptor in try ImageDescriptor.list(index["manifests"], in: name) {
            // Attestations that buildx adds beside each image.
            if descriptor.annotations["vnd.docker.reference.type"] != nil || descriptor.platform == "unknown/unknown" {
                continue
            }
            if let platform = descriptor.platform, !platform.hasSuffix("/wasm"), !platform.hasPrefix("wasi") {
                found.append(Candidate(descriptor: descriptor, document: .table([:]), platform: platform))
                continue
            }
            let document = try blobs.document(descriptor)
            if MediaType.indexes.contains(descriptor.mediaType) || document["manifests"] != nil {
                found += try manifests(in: document, depth: depth + 1)
            } else {
                var candidate = Candidate(descriptor: descriptor, document: document, platform: descriptor.platform ?? "")
                if descriptor.platform == nil { candidate.platform = try platform(of: document) }
                found.append(candidate)
            }
        }
        return found
    }

    /// From the image's configuration, when the descriptor does not tell.
    private func platform(of manifest: ManifestNode) throws(ReleaseSourceError) -> String {
        guard let node = manifest["config"] else { return "wasi/wasm" }
        let config = try ImageDescriptor(node, in: name)
        guard config.mediaType.hasSuffix("json"), config.size <= UInt64(SourceLimits.documentBytes) else { return "wasi/wasm" }
        let document = try blobs.document(config)
        guard let architecture = document["architecture"]?.text else { return "wasi/wasm" }
        return "\(document["os"]?.text ?? "")/\(architecture)".lowercased()
    }

    private func choose(_ candidates: [Candidate]) throws(ReleaseSourceError) -> Candidate {
        let able = candidates.filter { $0.platform.hasSuffix("/wasm") || $0.platform.hasSuffix("/wasm32") }
        guard !able.isEmpty else {
            let platforms = Set(candidates.map(\.platform)).sorted().joined(separator: ", ")
            throw ReleaseSourceError(
                name, candidates.isEmpty ? "it holds no image" : "it holds images for \(platforms) only, none for wasm",
                remedy: "Build it with --platform wasi/wasm")
        }
        // The first is the usual spelling; wasip1 and wasip2 are what newer tools write.
        for platform in ["wasi/wasm", "wasip1/wasm", "wasip2/wasm"] {
            let exact = able.filter { $0.platform == platform }
            if !exact.isEmpty { return try only(exact) }
        }
        return try only(able)
    }

    private func only(_ candidates: [Candidate]) throws(ReleaseSourceError) -> Candidate {
        let distinct = Set(candidates.map(\.descriptor.digest))
        guard distinct.count == 1, let first = candidates.first else {
            let names = candidates.map {
                $0.descriptor.annotations["org.opencontainers.image.ref.name"] ?? $0.descriptor.digest.short
            }
            throw ReleaseSourceError(
                name,
                "it holds \(distinct.count) images for wasm (\(names.joined(separator: ", "))) and does not say which is meant",
                remedy: "Save one image alone")
        }
        return first
    }

    private func release(of manifest: ManifestNode, annotations: [String: String]) throws(ReleaseSourceError)
        -> PublishableRelease
    {
        let layers = try ImageDescriptor.list(manifest["layers"], in: name)
        let config = try manifest["config"].map { (node) throws(ReleaseSourceError) in try ImageDescriptor(node, in: name) }
        if let locked = ([config].compactMap { $0 } + layers).first(where: { $0.mediaType == MediaType.spinApplication }) {
            let application = try blobs.document(locked)
            return try LockedApplication(application, layers: layers, blobs: blobs, name: name).release(
                annotations: annotations)
        }
        let artifacts = layers.filter { MediaType.artifacts.contains($0.mediaType) }
        if artifacts.count == 1 {
            return try BareArtifact.release(try blobs.content(artifacts[0]), name: "\(stem).wasm", annotations: annotations)
        }
        guard artifacts.isEmpty else {
            throw ReleaseSourceError(
                name, "it holds \(artifacts.count) wasm layers, and nothing says how they belong together",
                remedy: "Push it as a Spin application")
        }
        return try FileImage(layers: layers, config: config, blobs: blobs, name: name).release(annotations: annotations)
    }

    private var stem: String { BareArtifact.componentID(name) }
}
