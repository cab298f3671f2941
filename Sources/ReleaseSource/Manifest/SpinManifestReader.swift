import RolloutCore

/// What both versions of the Spin manifest have in common to read: values of the right kind, unknown keys, sources.
struct SpinManifestReader {
    /// Of the manifest, for messages.
    let name: String
    var warnings: [String] = []

    func refusal(_ reason: String, remedy: String) -> ReleaseSourceError { ReleaseSourceError(name, reason, remedy: remedy) }

    /// - Parameter text: as it stands in the file.
    static func read(_ text: String, name: String) throws(ReleaseSourceError) -> SpinManifest {
        let tree = try ManifestNode.parse(toml: text, name: name)
        return try read(tree, name: name)
    }

    static func read(_ tree: ManifestNode, name: String) throws(ReleaseSourceError) -> SpinManifest {
        var reader = Self(name: name)
        switch tree["spin_manifest_version"] ?? tree["spin_version"] {
        case .integer(2): return try reader.version2(tree)
        case .text("1"): return try reader.version1(tree)
        case nil:
            throw reader.refusal(
                "it has no spin_manifest_version, so it is no Spin manifest",
                remedy: "Name a spin.toml, a .wasm or an OCI image")
        case let other?:
            let shown = other.text.map { "\"\($0)\"" } ?? other.integer.map { "\($0)" } ?? other.kind
            throw reader.refusal(
                "its spin_manifest_version is \(shown); 2 and \"1\" are understood", remedy: "Correct it, or update wasmrollout"
            )
        }
    }

    /// Spin refuses a manifest with a key that it does not know.
    func expect(_ known: Set<String>, in node: ManifestNode, at place: String) throws(ReleaseSourceError) {
        for key in (node.table ?? [:]).keys.sorted() where !known.contains(key) {
            throw refusal(
                "Spin does not know the key '\(place.isEmpty ? "" : "\(place).")\(key)', and starts nothing that has it",
                remedy: "Correct or remove it; if your Spin knows it, update wasmrollout")
        }
    }

    func text(_ key: String, in node: ManifestNode, at place: String) throws(ReleaseSourceError) -> String? {
        guard let value = node[key] else { return nil }
        guard let text = value.text else { throw wrong(key, at: place, value, "text") }
        return text
    }

    func texts(_ key: String, in node: ManifestNode, at place: String) throws(ReleaseSourceError) -> [String] {
        guard let value = node[key] else { return [] }
        let texts = (value.list ?? []).compactMap(\.text)
        guard let list = value.list, texts.count == list.count else { throw wrong(key, at: place, value, "a list of texts") }
        return texts
    }

    func textTable(_ key: String, in node: ManifestNode, at place: String) throws(ReleaseSourceError) -> [String: String] {
        guard let value = node[key] else { return [:] }
        guard let table = value.table else { throw wrong(key, at: place, value, "a table of texts") }
        var result: [String: String] = [:]
        for (inner, value) in table {
            guard let text = value.text else { throw wrong("\(key).\(inner)", at: place, value, "text") }
            result[inner] = text
        }
        return result
    }

    func wrong(_ key: String, at place: String, _ value: ManifestNode, _ wanted: String) -> ReleaseSourceError {
        refusal("'\(place.isEmpty ? "" : "\(place).")\(key)' is \(value.kind); it must be \(wanted)", remedy: "Correct it")
    }

    /// The path of a local source; remote ones are refused, because a release holds all its bytes.
    func source(_ node: ManifestNode?, at place: String) throws(ReleaseSourceError) -> String {
        switch node {
        case .text(let path)?: return path
        case .table(let table)?:
            if let url = table["url"]?.text {
                throw refusal(
                    "\(place) has a remote source, \(url)",
                    remedy: "Download it, check its digest, and name the file as 'source'")
            }
            if let package = table["package"]?.text {
                throw refusal(
                    "\(place) has its source in a registry, \(package)",
                    remedy: "Fetch it with 'wkg get \(package)' and name the file as 'source'")
            }
            throw refusal("\(place) has a source that is neither a path nor a known table", remedy: "Name a file as 'source'")
        case nil: throw refusal("\(place) has no source", remedy: "Name its .wasm file as 'source'")
        case let other?: throw refusal("the source of \(place) is \(other.kind)", remedy: "Name a file as 'source'")
        }
    }

    func files(in node: ManifestNode, at place: String) throws(ReleaseSourceError) -> [SpinFiles] {
        guard let value = node["files"] else { return [] }
        guard let list = value.list else { throw wrong("files", at: place, value, "a list") }
        var result: [SpinFiles] = []
        for entry in list {
            if let pattern = entry.text {
                result.append(.pattern(pattern))
            } else if let source = entry["source"]?.text, let destination = entry["destination"]?.text {
                result.append(.placement(source: source, destination: destination))
            } else {
                throw refusal(
                    "an entry of '\(place).files' is neither a pattern nor { source, destination }", remedy: "Correct it")
            }
        }
        return result
    }

    /// Variables that the host must provide.
    mutating func requiredVariables(in tree: ManifestNode) throws(ReleaseSourceError) -> [String] {
        var required: [String] = []
        for (key, value) in (tree["variables"]?.table ?? [:]).sorted(by: { $0.key < $1.key }) {
            try expect(["required", "default", "secret", "description"], in: value, at: "variables.\(key)")
            let isRequired = value["required"]?.boolean ?? false
            guard isRequired != (value["default"] != nil) else {
                throw refusal("the variable '\(key)' must be either required or have a default", remedy: "Correct it")
            }
            if isRequired { required.append(key) }
        }
        return required
    }

    /// What is the same in a trigger of both versions: how the component is run.
    func executor(in trigger: ManifestNode, at place: String) throws(ReleaseSourceError) -> (isWagi: Bool, arguments: String?) {
        guard let executor = trigger["executor"] else { return (false, nil) }
        switch executor["type"]?.text {
        case "wagi":
            if let entry = executor["entrypoint"]?.text, entry != "_start" {
                throw refusal(
                    "the WAGI entry point of \(place) is '\(entry)', and Spin supports only _start",
                    remedy: "Remove 'entrypoint'")
            }
            return (true, try text("argv", in: executor, at: "\(place).executor"))
        case "http", "spin", "wasip3-unstable": return (false, nil)
        case let other:
            throw refusal("\(place) has the unknown executor '\(other ?? "")'", remedy: "Use wagi, or leave it out")
        }
    }

    func refuseBase(_ trigger: ManifestNode?, at place: String) throws(ReleaseSourceError) {
        if let base = trigger?["base"]?.text, base != "/" {
            throw refusal(
                "'\(place).base' is '\(base)', and Spin 2 and later start only with '/'",
                remedy: "Remove it and put it before each route")
        }
    }
}
