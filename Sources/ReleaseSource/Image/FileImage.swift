import RolloutCore

/// An image of file system layers, as a Dockerfile `FROM scratch` with `--platform wasi/wasm` makes it: a Spin application
/// when it holds /spin.toml (what containerd-shim-spin looks for), else one artifact, at its entry point.
struct FileImage {
    let layers: [ImageDescriptor]
    let config: ImageDescriptor?
    let blobs: ImageBlobs
    let name: String

    func release(annotations: [String: String]) throws(ReleaseSourceError) -> PublishableRelease {
        let tree = try files()
        if let manifest = tree.files["spin.toml"] {
            let label = "\(name)/spin.toml"
            let spin = try SpinManifestReader.read(try ManifestText.read(manifest, name: label), name: label)
            for component in spin.components {
                try refuse(tree.refused, SourcePath(component.source).parts.joined(separator: "/"))
            }
            let links = tree.refused.keys.sorted().prefix(3)
            var release = try ReleaseAssembler.assemble(
                spin, name: label, from: ArchiveTree(tree.files), annotations: annotations)
            if let example = links.first {
                release.warnings.append(
                    "\(name): \(tree.refused.count) links and special files were left out, '\(example)' among them.")
            }
            return release
        }
        let path = try artifactPath(tree)
        guard let content = tree.files[path] else {
            try refuse(tree.refused, path)
            throw ReleaseSourceError(
                name, "its entry point is '/\(path)', which it does not hold", remedy: "Correct ENTRYPOINT")
        }
        return try BareArtifact.release(
            content, name: String(path.split(separator: "/").last ?? "app.wasm"), annotations: annotations)
    }

    private func files() throws(ReleaseSourceError) -> LayerTree {
        var tree = LayerTree()
        for layer in layers {
            guard MediaType.tarLayers.contains(layer.mediaType) || MediaType.gzipLayers.contains(layer.mediaType) else {
                throw ReleaseSourceError(
                    name, "it has a layer of the kind '\(layer.mediaType.prefix(100))'",
                    remedy:
                        "Build it with gzip or uncompressed layers: --output type=oci,compression=gzip,force-compression=true")
            }
            try tree.apply(try blobs.archive(layer), name: "\(name) (\(layer.digest.short))")
        }
        return tree
    }

    private func artifactPath(_ tree: LayerTree) throws(ReleaseSourceError) -> String {
        if let config, config.mediaType.hasSuffix("json") {
            let document = try blobs.document(config)["config"]
            let command = (document?["Entrypoint"]?.list ?? []) + (document?["Cmd"]?.list ?? [])
            if let first = command.first?.text {
                let directory = first.hasPrefix("/") ? "" : document?["WorkingDir"]?.text ?? ""
                let path = SourcePath("/\(directory)/\(first)").parts.joined(separator: "/")
                if tree.files[path] != nil || path.hasSuffix(".wasm") { return path }
            }
        }
        let artifacts = tree.files.keys.filter { $0.hasSuffix(".wasm") }.sorted()
        guard artifacts.count == 1 else {
            throw ReleaseSourceError(
                name, artifacts.isEmpty ? "it holds no .wasm file" : "it holds \(artifacts.count) .wasm files and no spin.toml",
                remedy: "Set ENTRYPOINT to the .wasm file, or add a spin.toml at the root")
        }
        return artifacts[0]
    }

    private func refuse(_ refused: [String: String], _ path: String) throws(ReleaseSourceError) {
        guard let what = refused[path] else { return }
        throw ReleaseSourceError(
            "\(name)/\(path)", "it is \(what), and a release holds files only", remedy: "Copy the file itself into the image")
    }
}
