import RolloutCore

/// Makes a release out of a Spin manifest and the files it refers to: collects them, inspects the artifacts, and writes the
/// manifest anew with paths inside the release.
///
/// Layout: `spin.toml`, `<component>.wasm`, `files/<component>/…` (what the guest sees as `/`),
/// `dependencies/<component>/<n>.wasm`.
struct ReleaseAssembler {
    private let manifest: SpinManifest
    private let name: String
    private let tree: any SourceTree
    private var rewritten: ManifestNode
    private var files: [RelativePath: any Content] = [:]
    /// By source path: components may share an artifact.
    private var artifacts: [SourcePath: (path: RelativePath, facts: ArtifactFacts)] = [:]
    private var warnings: [String]
    private var mounts: [String: RelativePath] = [:]
    private var usedNames = Set<String>()

    static func assemble(
        _ manifest: SpinManifest, name: String, from tree: any SourceTree, annotations: [String: String] = [:]
    ) throws(ReleaseSourceError) -> PublishableRelease {
        var assembler = Self(manifest: manifest, name: name, tree: tree)
        return try assembler.run(annotations: annotations)
    }

    private init(manifest: SpinManifest, name: String, tree: any SourceTree) {
        self.manifest = manifest
        self.name = name
        self.tree = tree
        self.rewritten = manifest.tree
        self.warnings = manifest.warnings
    }

    private mutating func run(annotations: [String: String]) throws(ReleaseSourceError) -> PublishableRelease {
        guard manifest.triggers.count <= Limits.components, manifest.components.count <= Limits.components else {
            throw ReleaseSourceError(name, "it has more than \(Limits.components) components", remedy: "Split the application")
        }
        var sources: [String: SourcePath] = [:]
        for component in manifest.components { sources[component.id] = try add(component) }
        let facts = try facts(sources)
        rewritten["application"]?["targets"] = nil
        let entry = try path("spin.toml")
        files[entry] = InlineContent(Array(SpinManifestWriter.write(rewritten).utf8))
        return try finish(entry: entry, facts: facts, annotations: annotations)
    }

    /// Adds a component's files and points its table at them; returns its artifact's path in the source.
    private mutating func add(_ component: SpinComponent) throws(ReleaseSourceError) -> SourcePath {
        let safeName = uniqueName(component.id)
        var table = rewritten[component.place[...]]
        let source = SourcePath(component.source)
        table["source"] = .text(try addArtifact(source, as: "\(safeName).wasm").description)
        for (index, dependency) in component.dependencies.enumerated() {
            let added = try addArtifact(SourcePath(dependency.path), as: "dependencies/\(safeName)/\(index).wasm")
            table[[.key("dependencies"), .key(dependency.name), .key("path")]] = .text(added.description)
        }
        var collector = AssetCollector(tree: tree, component: component, manifestName: name)
        let assets = try collector.collect()
        warnings += collector.warnings
        if !assets.isEmpty {
            let mount = try path("files/\(safeName)")
            for (destination, content) in assets { try put(content, at: "\(mount)/\(destination)") }
            table["files"] = .list([.table(["source": .text(mount.description), "destination": .text("/")])])
            mounts[component.id] = mount
        } else {
            table["files"] = nil
        }
        for dropped in ["exclude_files", "build", "profile", "targets"] { table[dropped] = nil }
        rewritten[component.place[...]] = table
        return source
    }

    private mutating func addArtifact(_ source: SourcePath, as name: String) throws(ReleaseSourceError) -> RelativePath {
        if let known = artifacts[source] { return known.path }
        guard case .file(let content)? = try tree.entry(source) else {
            throw ReleaseSourceError(
                "\(source)", "\(self.name) names it, but there is no such file",
                remedy: "Build the application first, with 'spin build'")
        }
        let (facts, digest) = try ArtifactReading.read(content, name: "\(source)")
        let path = try put(DigestedContent(content, digest: digest), at: name)
        artifacts[source] = (path, facts)
        return path
    }

    @discardableResult
    private mutating func put(_ content: any Content, at text: String) throws(ReleaseSourceError) -> RelativePath {
        let path = try path(text)
        guard content.size <= Limits.blobBytes else {
            throw ReleaseSourceError(
                text, "it has \(content.size) bytes; \(Limits.blobBytes) are allowed", remedy: "Make it smaller")
        }
        files[path] = content
        // The manifest itself comes on top.
        guard files.count < Limits.files else {
            throw ReleaseSourceError(
                name, "it would have more than \(Limits.files) files", remedy: "Narrow 'files', or add 'exclude_files'")
        }
        return path
    }

    private func path(_ text: String) throws(ReleaseSourceError) -> RelativePath {
        guard let path = RelativePath(text) else {
            throw ReleaseSourceError(
                text, "this is no path that a release can hold (control character, backslash, '..', or too long)",
                remedy: "Rename it")
        }
        return path
    }

    /// A file name for a component id that may hold anything.
    private mutating func uniqueName(_ id: String) -> String {
        let safe = String(
            id.prefix(100).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" })
        var candidate = safe.isEmpty ? "component" : safe
        var counter = 1
        // "files" and "dependencies" are directories of the release, and names must differ on any file system.
        while ["files", "dependencies"].contains(candidate) || !usedNames.insert(candidate.lowercased()).inserted {
            counter += 1
            candidate = "\(safe)-\(counter)"
        }
        return candidate
    }

    private mutating func facts(_ sources: [String: SourcePath]) throws(ReleaseSourceError) -> [ComponentFacts] {
        var result: [ComponentFacts] = []
        var seenRoutes = Set<String>()
        for trigger in manifest.triggers {
            if let route = trigger.route, !seenRoutes.insert(route).inserted {
                warnings.append("\(name): the route '\(route)' stands twice; the later one answers.")
            }
            guard let id = trigger.component, let component = manifest.components.first(where: { $0.id == id }),
                let source = sources[id], let artifact = artifacts[source]
            else {
                result.append(
                    ComponentFacts(
                        id: trigger.id, source: nil, kind: .component, needs: .http, route: trigger.route, imports: [],
                        exports: [],
                        producers: [], response: trigger.response))
                continue
            }
            let need: RuntimeNeed
            do throws(ArtifactDefect) {
                need = try ArtifactNeed.decide(artifact.facts, executor: trigger.isWagi ? .wagi : .http)
            } catch {
                throw ReleaseSourceError("\(source)", error)
            }
            for warning in ArtifactNeed.warnings(artifact.facts, need: need) where !warnings.contains("\(source): \(warning)") {
                warnings.append("\(source): \(warning)")
            }
            result.append(
                ArtifactReading.facts(
                    artifact.facts, id: id, source: artifact.path, needs: need, route: trigger.route,
                    environment: component.environment, arguments: trigger.arguments, mount: mounts[id]))
        }
        return result
    }

    private func finish(
        entry: RelativePath, facts: [ComponentFacts], annotations: [String: String]
    ) throws(ReleaseSourceError) -> PublishableRelease {
        let all = files.map { PublishableFile(path: $0.key, content: $0.value) }.sorted { $0.path < $1.path }
        var asked = Capabilities()
        for component in manifest.components { asked.merge(component.capabilities) }
        asked.merge(Capabilities(requiredVariables: manifest.requiredVariables))
        let label = manifest.version.flatMap { $0.utf8.count <= 256 ? $0 : nil } ?? ArtifactReading.label(all)
        let release = PublishableRelease(
            entry: entry, version: label, files: all, components: facts, capabilities: asked,
            warnings: warnings + tree.warnings,
            annotations: annotations)
        guard release.totalBytes <= Limits.releaseBytes else {
            throw ReleaseSourceError(
                name, "its files have \(release.totalBytes) bytes; \(Limits.releaseBytes) are allowed", remedy: "Narrow 'files'"
            )
        }
        return release
    }
}

extension Capabilities {
    /// Adds what another component asks for; each thing once.
    fileprivate mutating func merge(_ other: Capabilities) {
        func union(_ list: KeyPath<Capabilities, [String]>) -> [String] {
            Array(Set(self[keyPath: list] + other[keyPath: list]))
        }
        self = Capabilities(
            outboundHosts: union(\.outboundHosts), keyValueStores: union(\.keyValueStores),
            sqliteDatabases: union(\.sqliteDatabases),
            aiModels: union(\.aiModels), requiredVariables: union(\.requiredVariables))
    }
}
