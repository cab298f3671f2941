import RolloutCore

/// A release, described for `show` and `publish --dry-run`.
struct ReleaseDescription: Renderable {
    var release: Digest
    var manifest: ReleaseManifest

    var text: String {
        var facts = FactList()
        facts.add("release", release.description)
        facts.add("app", manifest.app.description)
        facts.add("version", manifest.version)
        facts.add("files", "\(manifest.files.count), \(manifest.totalBytes.byteText)")
        for component in manifest.components { describe(component, in: &facts) }
        facts.add("asks for", each: manifest.capabilities.isEmpty ? ["nothing"] : manifest.capabilities.phrases)
        facts.add("annotations", each: manifest.annotations.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" })
        var table = TextTable("file", "size", "digest")
        for file in manifest.files.prefix(50) { table.add(file.path.description, file.size.byteText, file.digest.short) }
        let more = manifest.files.count > 50 ? "\n… and \(manifest.files.count - 50) more (--json shows all)" : ""
        return facts.text + "\n\n" + table.text + more
    }

    private func describe(_ component: ComponentFacts, in facts: inout FactList) {
        let needs = component.needs == .wagi ? "WAGI" : "HTTP"
        let what = component.response == nil ? "\(component.kind.rawValue), \(needs)" : "static response"
        facts.add("component", "\(component.id): \(what), \(component.route.map { "route \($0)" } ?? "private")")
        facts.add("  made by", component.producers.isEmpty ? nil : component.producers.joined(separator: "; "))
        facts.add("  imports", Self.brief(component.imports))
        facts.add("  exports", Self.brief(component.exports))
    }

    private static func brief(_ names: [String]) -> String? {
        guard !names.isEmpty else { return nil }
        let shown = names.prefix(8).joined(separator: ", ")
        return names.count > 8 ? "\(shown), … (\(names.count))" : shown
    }
}
