import RolloutCore

/// Inspects an artifact and takes its digest, so that the facts and the bytes that are published belong together.
enum ArtifactReading {
    static func read(_ content: any Content, name: String) throws(ReleaseSourceError) -> (ArtifactFacts, Digest) {
        let reader: any ContentReader
        let digest: Digest
        let facts: ArtifactFacts
        do throws(ContentError) {
            reader = try content.open()
        } catch {
            throw ReleaseSourceError(name, error)
        }
        do throws(ArtifactDefect) {
            facts = try ArtifactInspector.inspect(reader)
        } catch {
            throw ReleaseSourceError(name, error)
        }
        do throws(ContentError) {
            if let known = content.digest { digest = known } else { digest = try ContentDigest.of(content) }
        } catch {
            throw ReleaseSourceError(name, error)
        }
        return (facts, digest)
    }

    static func facts(
        _ facts: ArtifactFacts, id: String, source: RelativePath, needs: RuntimeNeed, route: String?,
        environment: [String: String], arguments: String?, mount: RelativePath?
    ) -> ComponentFacts {
        func kept(_ names: [String]) -> [String] { Array(Set(names).sorted().prefix(ComponentFacts.names)) }
        return ComponentFacts(
            id: id, source: source, kind: facts.kind, needs: needs, route: route,
            imports: kept(facts.imports.map(\.description)),
            exports: kept(facts.exports), producers: kept(facts.producers.map(\.description)), environment: environment,
            arguments: arguments, mount: mount)
    }

    /// The version label of a release that has none: what its artifacts are, in twelve digits.
    static func label(_ files: [PublishableFile]) -> String {
        let artifacts = files.filter { $0.path.description.hasSuffix(".wasm") }.compactMap(\.content.digest)
        if artifacts.count == 1 { return artifacts[0].short }
        return ContentDigest.of(Array(artifacts.map(\.hex).joined().utf8)).short
    }
}
