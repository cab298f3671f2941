import RolloutCore

/// A Spin application as `spin registry push` stores it: the locked application (spinframework/spin, crates/locked-app) and
/// its content by digest. Turned back into a manifest, with the content as its files.
struct LockedApplication {
    private let document: ManifestNode
    private let layers: [Digest: ImageDescriptor]
    private let archives: [ImageDescriptor]
    private let blobs: ImageBlobs
    private let name: String
    private var contents: [String: any Content] = [:]
    private var archived: [Digest: any Content]?

    init(_ document: ManifestNode, layers: [ImageDescriptor], blobs: ImageBlobs, name: String) {
        self.document = document
        self.layers = Dictionary(layers.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
        self.archives = layers.filter { $0.mediaType == MediaType.spinArchive }
        self.blobs = blobs
        self.name = name
    }

    func release(annotations: [String: String]) throws(ReleaseSourceError) -> PublishableRelease {
        var copy = self
        let tree = try copy.manifest()
        let spin = try SpinManifestReader.read(tree, name: name)
        return try ReleaseAssembler.assemble(spin, name: name, from: ArchiveTree(copy.contents), annotations: annotations)
    }

    private func refusal(_ reason: String, remedy: String = "Push it again with a current Spin") -> ReleaseSourceError {
        ReleaseSourceError(name, reason, remedy: remedy)
    }

    private mutating func manifest() throws(ReleaseSourceError) -> ManifestNode {
        guard let version = document["spin_lock_version"]?.integer, (0...1).contains(version) else {
            throw refusal("its locked application has a version that is not understood", remedy: "Update wasmrollout")
        }
        let metadata = document["metadata"]
        var application: [String: ManifestNode] = [:]
        for key in ["name", "version", "description", "authors"] { application[key] = metadata?[key] }
        application["name"] = application["name"] ?? .text(BareArtifact.componentID(name))
        application["trigger"] = metadata?["triggers"]
        var components: [String: ManifestNode] = [:]
        for node in document["components"]?.list ?? [] {
            guard let id = node["id"]?.text else { throw refusal("one of its components has no id") }
            components[id] = try component(node, id: id)
        }
        var triggers: [String: [ManifestNode]] = [:]
        for node in document["triggers"]?.list ?? [] {
            let type = node["trigger_type"]?.text ?? ""
            var trigger = node["trigger_config"] ?? .table([:])
            trigger["id"] = node["id"]
            triggers[type, default: []].append(trigger)
        }
        var tree: [String: ManifestNode] = [
            "spin_manifest_version": .integer(2), "application": .table(application),
            "trigger": .table(triggers.mapValues { .list($0) }), "component": .table(components),
        ]
        if let variables = document["variables"]?.table { tree["variables"] = .table(variables.mapValues(Self.variable)) }
        return .table(tree)
    }

    /// The locked form leaves out `required`: no default means the same.
    private static func variable(_ node: ManifestNode) -> ManifestNode {
        var result: [String: ManifestNode] = [:]
        if let value = node["default"] { result["default"] = value } else { result["required"] = .boolean(true) }
        if node["secret"]?.boolean == true { result["secret"] = .boolean(true) }
        return .table(result)
    }

    private mutating func component(_ node: ManifestNode, id: String) throws(ReleaseSourceError) -> ManifestNode {
        let directory = "\(contents.count)"
        let source = node["source"] ?? .table([:])
        if source["content_type"]?.text.map({ $0 != "application/wasm" }) ?? false {
            throw refusal("component '\(id)' is not WebAssembly")
        }
        var table: [String: ManifestNode] = [:]
        table["source"] = .text(try store(source, as: "\(directory)/component.wasm", what: "component '\(id)'"))
        table["environment"] = node["env"]
        table["variables"] = node["config"]
        let metadata = node["metadata"]
        for key in ["description", "allowed_outbound_hosts", "allowed_http_hosts", "key_value_stores", "ai_models"] {
            table[key] = metadata?[key]
        }
        table["sqlite_databases"] = metadata?["databases"] ?? metadata?["sqlite_databases"]
        if let dependencies = node["dependencies"]?.table, !dependencies.isEmpty {
            throw refusal(
                "component '\(id)' has dependencies that are not composed into it",
                remedy: "Push it with 'spin registry push --compose all'")
        }
        if let dependencies = node["trigger_dependencies"]?.table, !dependencies.isEmpty {
            throw refusal(
                "component '\(id)' has middleware that is not composed into it",
                remedy: "Push it with 'spin registry push --compose all'")
        }
        if try addFiles(node, to: "\(directory)/files", id: id) {
            table["files"] = .list([.table(["source": .text("\(directory)/files"), "destination": .text("/")])])
        }
        return .table(table)
    }

    private mutating func addFiles(_ node: ManifestNode, to directory: String, id: String) throws(ReleaseSourceError) -> Bool {
        let before = contents.count
        for file in node["files"]?.list ?? [] {
            let path = SourcePath(file["path"]?.text.map { String($0.drop { $0 == "/" }) } ?? "..")
            guard !path.leavesTree, !path.parts.isEmpty else {
                throw refusal(
                    "component '\(id)' has a file whose path leads out of its directory",
                    remedy: "Do not publish this image: it was made to do harm")
            }
            _ = try store(file, as: "\(directory)/\(path)", what: "'\(path)' of component '\(id)'")
        }
        return contents.count > before
    }

    /// The files in archive layers by digest: that is how the application refers to them when there were too many layers.
    private mutating func indexArchives() throws(ReleaseSourceError) -> [Digest: any Content] {
        if let archived { return archived }
        var found: [Digest: any Content] = [:]
        for descriptor in archives {
            let object = "\(name) (\(descriptor.digest.short))"
            var tree = LayerTree()
            try tree.apply(try blobs.archive(descriptor), name: object)
            for content in tree.files.values {
                let digest = try blobs.checked(object) { () throws(ContentError) in try ContentDigest.of(content) }
                found[digest] = DigestedContent(content, digest: digest)
            }
        }
        archived = found
        return found
    }

    /// Keeps the content that a reference means, inline or by digest, under a path of the tree.
    private mutating func store(_ reference: ManifestNode, as path: String, what: String) throws(ReleaseSourceError) -> String {
        if let inline = reference["inline"]?.text {
            guard let bytes = Base64.decode(inline) else { throw refusal("\(what) is inline and not valid base64") }
            contents[path] = InlineContent(bytes)
            return path
        }
        guard let digest = reference["digest"]?.text.flatMap(Digest.init) else {
            throw refusal("\(what) refers to no content that the image could hold")
        }
        if let layer = layers[digest] {
            contents[path] = try blobs.content(layer)
        } else if let content = try indexArchives()[digest] {
            contents[path] = content
        } else {
            throw refusal("\(what) has the content \(digest.short), which the image does not hold")
        }
        return path
    }
}
