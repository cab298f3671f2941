import RolloutCore

/// A `.wasm` alone: makes the Spin manifest that a person would have written for it.
enum BareArtifact {
    /// - Parameter name: the file's name, of which the component's is made.
    static func release(
        _ content: any Content, name: String, annotations: [String: String] = [:]
    ) throws(ReleaseSourceError) -> PublishableRelease {
        let (facts, digest) = try ArtifactReading.read(content, name: name)
        let need: RuntimeNeed
        do throws(ArtifactDefect) {
            need = try ArtifactNeed.decide(facts, executor: nil)
        } catch {
            throw ReleaseSourceError(name, error)
        }
        let id = componentID(name)
        var trigger: [String: ManifestNode] = ["route": .text("/..."), "component": .text(id)]
        if need == .wagi { trigger["executor"] = .table(["type": .text("wagi")]) }
        let tree = ManifestNode.table([
            "spin_manifest_version": .integer(2),
            "application": .table(["name": .text(id)]),
            "trigger": .table(["http": .list([.table(trigger)])]),
            "component": .table([id: .table(["source": .text(name)])]),
        ])
        let manifest = try SpinManifestReader.read(tree, name: name)
        let source = ArchiveTree([SourcePath(name).description: DigestedContent(content, digest: digest)])
        return try ReleaseAssembler.assemble(manifest, name: name, from: source, annotations: annotations)
    }

    /// A component id by Spin's rule: lower-case words that begin with a letter, joined by `-`.
    static func componentID(_ fileName: String) -> String {
        let stem = fileName.split(separator: "/").last.map { $0.split(separator: ".").first ?? $0 } ?? "app"
        let words = stem.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.prefix(8)
        let named = words.map { word in word.first?.isLetter == true ? String(word) : "v\(word)" }
        return named.isEmpty ? "app" : String(named.joined(separator: "-").prefix(60))
    }
}
