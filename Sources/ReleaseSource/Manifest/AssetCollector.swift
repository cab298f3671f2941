import RolloutCore

/// Finds the files a component mounts, by Spin's rules (crates/loader/src/local.rs): which they are, and where the guest
/// sees each.
struct AssetCollector {
    private let tree: any SourceTree
    private let component: SpinComponent
    private let manifestName: String
    private(set) var warnings: [String] = []
    private var assets: [String: any Content] = [:]

    init(tree: any SourceTree, component: SpinComponent, manifestName: String) {
        self.tree = tree
        self.component = component
        self.manifestName = manifestName
    }

    /// Content by the guest's path, without a leading `/`.
    mutating func collect() throws(ReleaseSourceError) -> [(String, any Content)] {
        let excludes = try component.excludes.map { (text) throws(ReleaseSourceError) in
            guard let pattern = GlobPattern(text, crossesDirectories: true) else { throw malformed(text, "exclude_files") }
            return pattern
        }
        for entry in component.files {
            switch entry {
            case .pattern(let text): try addPattern(text, excludes)
            case .placement(let source, let destination): try addPlacement(source, destination, excludes)
            }
        }
        return assets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private mutating func addPattern(_ text: String, _ excludes: [GlobPattern]) throws(ReleaseSourceError) {
        let path = SourcePath(text)
        if path.parts.isEmpty || text.hasSuffix("/.") || text.hasSuffix("/..") || path.leavesTree {
            throw refusal(
                "its pattern '\(text)' does not name files inside the application's directory",
                remedy: "Use a pattern such as 'assets/**/*', or { source, destination }")
        }
        switch try tree.entry(path) {
        case .file(let content)?: try add(content, at: path.parts)
        case .directory?:
            // Spin puts the directory's path twice before its files; what runs there must run here.
            warnings.append(
                "\(manifestName): component '\(component.id)' sees the directory '\(path)' as '/\(path)/\(path)', as in Spin; "
                    + "'{ source, destination }' gives it a better place.")
            for file in try tree.files(below: path, depth: Limits.pathDepth) {
                try add(file, at: path.parts + file.parts, excludes)
            }
        case nil:
            guard GlobPattern.isPattern(text) else {
                throw refusal("its file '\(text)' does not exist", remedy: "Create it, or remove it from 'files'")
            }
            let normal = path.parts.joined(separator: "/")
            guard let pattern = GlobPattern(normal, crossesDirectories: false) else { throw malformed(text, "files") }
            let fixed = path.parts.prefix { !GlobPattern.isPattern($0) }
            let depth = path.parts.contains("**") ? Limits.pathDepth : path.parts.count - fixed.count
            for file in try tree.files(below: SourcePath(parts: Array(fixed)), depth: depth)
            where pattern.matches(file.description) {
                try add(file, at: file.parts, excludes)
            }
        }
    }

    private mutating func addPlacement(
        _ source: String, _ destination: String, _ excludes: [GlobPattern]
    ) throws(ReleaseSourceError) {
        let from = SourcePath(source)
        let target = SourcePath(String(destination.drop { $0 == "/" }))
        if from.leavesTree || target.leavesTree {
            throw refusal(
                "its files '\(source)' → '\(destination)' lead out of the application's directory",
                remedy: "Copy them into it")
        }
        switch try tree.entry(from) {
        case .file(let content)?:
            guard !destination.hasSuffix("/"), !target.parts.isEmpty else {
                throw refusal(
                    "the file '\(source)' is placed at '\(destination)', a directory", remedy: "Name the file there too")
            }
            try add(content, at: target.parts)
        case .directory?:
            for file in try tree.files(below: from, depth: Limits.pathDepth) {
                try add(file, at: target.parts + file.parts.dropFirst(from.parts.count), excludes)
            }
        case nil: throw refusal("its files '\(source)' do not exist", remedy: "Create them, or remove them from 'files'")
        }
    }

    private mutating func add(_ file: SourcePath, at target: [String], _ excludes: [GlobPattern]) throws(ReleaseSourceError) {
        if excludes.contains(where: { $0.matches(file.description) }) { return }
        guard case .file(let content)? = try tree.entry(file) else { return }
        try add(content, at: target)
    }

    private mutating func add(_ content: any Content, at target: [String]) throws(ReleaseSourceError) {
        assets[target.joined(separator: "/")] = content
        guard assets.count <= Limits.files else {
            throw refusal("it mounts more than \(Limits.files) files", remedy: "Narrow 'files', or add 'exclude_files'")
        }
    }

    private func malformed(_ pattern: String, _ key: String) -> ReleaseSourceError {
        refusal("'\(pattern)' in '\(key)' is no valid pattern", remedy: "Close every [, and let ** be a whole part of the path")
    }

    private func refusal(_ reason: String, remedy: String) -> ReleaseSourceError {
        ReleaseSourceError("component '\(component.id)' of \(manifestName)", reason, remedy: remedy)
    }
}
