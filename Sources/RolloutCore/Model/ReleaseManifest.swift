/// What a release is made of. Itself a blob; the release's id is the digest of its bytes.
package struct ReleaseManifest: Codable, Hashable, Sendable {
    /// Of this structure. Another one is refused.
    package var format: Int
    package var app: AppName
    /// A label for people, e.g. `1.4.2`. Not an identity.
    package var version: String
    /// The Spin manifest among `files` that a host starts the release from.
    package var entry: RelativePath
    /// Sorted by path; each path once.
    package var files: [ReleaseFile]
    package var components: [ComponentFacts]
    /// What the release asks the host to allow.
    package var capabilities: Capabilities
    package var annotations: [String: String]

    package static let currentFormat = 1

    package init(
        app: AppName, version: String, entry: RelativePath, files: [ReleaseFile], components: [ComponentFacts],
        capabilities: Capabilities, annotations: [String: String] = [:]
    ) {
        self.format = Self.currentFormat
        self.app = app
        self.version = version
        self.entry = entry
        self.files = files.sorted { $0.path < $1.path }
        self.components = components
        self.capabilities = capabilities
        self.annotations = annotations
    }

    /// Bytes of all files together; saturates.
    package var totalBytes: UInt64 {
        files.reduce(0) { sum, file in
            let (total, overflow) = sum.addingReportingOverflow(file.size)
            return overflow ? .max : total
        }
    }

    /// The first rule this manifest breaks, in words; `nil` when it is sound.
    package var defect: String? {
        if format != Self.currentFormat { return "its format is \(format), this version reads \(Self.currentFormat)" }
        if files.isEmpty || files.count > Limits.files {
            return "it has \(files.count) files; 1 to \(Limits.files) are allowed"
        }
        if files.contains(where: { $0.size > Limits.blobBytes }) { return "a file is larger than \(Limits.blobBytes) bytes" }
        if totalBytes > Limits.releaseBytes { return "it is larger than \(Limits.releaseBytes) bytes" }
        var previous: RelativePath?
        var paths = Set<RelativePath>()
        for file in files {
            if let previous, file.path <= previous { return "its files are not sorted by path, or '\(file.path)' stands twice" }
            previous = file.path
            paths.insert(file.path)
        }
        for file in files {
            var parent = file.path.components.dropLast()
            while !parent.isEmpty {
                if let directory = RelativePath(parent.joined(separator: "/")), paths.contains(directory) {
                    return "'\(directory)' is both a file and a directory"
                }
                parent = parent.dropLast()
            }
        }
        if !paths.contains(entry) { return "its entry '\(entry)' is not among its files" }
        if components.isEmpty || components.count > Limits.components { return "it has \(components.count) components" }
        for component in components where component.source.map({ !paths.contains($0) }) ?? false {
            return "component '\(component.id)' has a source that is not among its files"
        }
        for component in components {
            if let defect = component.defect(files: files) { return "component '\(component.id.prefix(80))' \(defect)" }
        }
        if annotations.count > Limits.annotations { return "it has more than \(Limits.annotations) annotations" }
        if version.utf8.count > 256 { return "its version label is longer than 256 bytes" }
        return nil
    }
}

/// One file of a release.
package struct ReleaseFile: Codable, Hashable, Sendable {
    package var path: RelativePath
    package var digest: Digest
    /// In bytes.
    package var size: UInt64

    package init(path: RelativePath, digest: Digest, size: UInt64) {
        self.path = path
        self.digest = digest
        self.size = size
    }
}

/// What is known about one component of a release from reading its bytes and its Spin manifest. A component that is reached
/// by several routes stands once for each, in the manifest's order: later ones of equal routes win.
package struct ComponentFacts: Codable, Hashable, Sendable {
    /// The component's, or for a static response the trigger's.
    package var id: String
    /// The artifact among the release's files; `nil` for a static response.
    package var source: RelativePath?
    package var kind: ArtifactKind
    /// What a host must offer to run it.
    package var needs: RuntimeNeed
    /// HTTP route as the Spin manifest writes it, e.g. `/...`; `nil` when private.
    package var route: String?
    /// Sorted.
    package var imports: [String]
    /// Sorted.
    package var exports: [String]
    /// From the `producers` custom section: `language: Rust 1.80`, ….
    package var producers: [String]
    /// The guest's own environment; Spin merges it with what the host adds.
    package var environment: [String: String]
    /// Template of the arguments of a WAGI guest; `nil` is Spin's own.
    package var arguments: String?
    /// The directory in the release that the guest sees as `/`, read-only; `nil` when it has no files.
    package var mount: RelativePath?
    /// What is answered without running anything.
    package var response: StaticResponse?

    package init(
        id: String, source: RelativePath?, kind: ArtifactKind, needs: RuntimeNeed, route: String?, imports: [String],
        exports: [String], producers: [String], environment: [String: String] = [:], arguments: String? = nil,
        mount: RelativePath? = nil, response: StaticResponse? = nil
    ) {
        self.environment = environment
        self.arguments = arguments
        self.mount = mount
        self.response = response
        self.id = id
        self.source = source
        self.kind = kind
        self.needs = needs
        self.route = route
        self.imports = imports
        self.exports = exports
        self.producers = producers
    }
}

extension ComponentFacts {
    /// Imports, exports or producers that are kept; an artifact may have more, which matter to nobody.
    package static let names = 512

    fileprivate func defect(files: [ReleaseFile]) -> String? {
        if id.isEmpty || id.utf8.count > 256 { return "has an id that is empty or longer than 256 bytes" }
        if max(imports.count, exports.count, producers.count) > Self.names {
            return "has more than \(Self.names) imports, exports or producers"
        }
        if source != nil && response != nil { return "has both a source and a static response" }
        if source == nil && response == nil { return "has neither a source nor a static response" }
        if let mount, !files.contains(where: { $0.path.description.hasPrefix("\(mount)/") }) {
            return "mounts '\(mount)', where the release has no files"
        }
        if let response, !(100...599).contains(response.status) { return "answers with the status \(response.status)" }
        return nil
    }
}

/// An answer written in the Spin manifest.
package struct StaticResponse: Codable, Hashable, Sendable {
    package var status: Int
    package var headers: [String: String]
    package var body: String

    package init(status: Int, headers: [String: String], body: String) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The two binary shapes of WebAssembly.
package enum ArtifactKind: String, Codable, Sendable {
    case module
    case component
}

/// What a component needs from a runtime.
package enum RuntimeNeed: String, Codable, Sendable {
    /// A command (`_start`, WASI preview 1) that speaks CGI over standard input and output.
    case wagi
    /// A component that exports a wasi:http handler, or a module with Spin's own interface.
    case http
}

/// What a release asks to be allowed, over all its components. Sorted lists.
package struct Capabilities: Codable, Hashable, Sendable {
    package var outboundHosts: [String]
    package var keyValueStores: [String]
    package var sqliteDatabases: [String]
    package var aiModels: [String]
    /// Variables without a default: the host must provide them.
    package var requiredVariables: [String]

    package init(
        outboundHosts: [String] = [], keyValueStores: [String] = [], sqliteDatabases: [String] = [], aiModels: [String] = [],
        requiredVariables: [String] = []
    ) {
        self.outboundHosts = outboundHosts.sorted()
        self.keyValueStores = keyValueStores.sorted()
        self.sqliteDatabases = sqliteDatabases.sorted()
        self.aiModels = aiModels.sorted()
        self.requiredVariables = requiredVariables.sorted()
    }

    package var isEmpty: Bool { self == Capabilities() }

    /// What this asks for that `older` did not.
    package func added(since older: Capabilities) -> Capabilities {
        func new(_ list: KeyPath<Capabilities, [String]>) -> [String] {
            let old = Set(older[keyPath: list])
            return self[keyPath: list].filter { !old.contains($0) }
        }
        return Capabilities(
            outboundHosts: new(\.outboundHosts), keyValueStores: new(\.keyValueStores), sqliteDatabases: new(\.sqliteDatabases),
            aiModels: new(\.aiModels), requiredVariables: new(\.requiredVariables))
    }
}

extension Capabilities {
    /// What is asked for, one phrase per kind.
    package var phrases: [String] {
        func phrase(_ name: String, _ values: [String]) -> String? {
            values.isEmpty ? nil : "\(name): \(values.joined(separator: ", "))"
        }
        return [
            phrase("outbound hosts", outboundHosts), phrase("key-value stores", keyValueStores),
            phrase("SQLite databases", sqliteDatabases), phrase("AI models", aiModels),
            phrase("variables the host must set", requiredVariables),
        ].compactMap { $0 }
    }
}
