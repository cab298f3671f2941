/// The top-level import and export sections of a component (component model, Binary.md). Nested components and
/// instances are skipped: a host sees only the outermost names.
enum ComponentSections {
    static func imports(_ section: inout ArtifactCursor, _ facts: inout ArtifactFacts) throws(ArtifactDefect) {
        for _ in 0..<(try section.count(of: "imports", limit: ArtifactInspector.names - facts.imports.count)) {
            facts.imports.append(ArtifactImport(name: try externalName(&section)))
            try skipDescription(&section)
        }
        guard section.isAtEnd else { throw .malformed("bytes behind the last import", at: section.position) }
    }

    static func exports(_ section: inout ArtifactCursor, _ facts: inout ArtifactFacts) throws(ArtifactDefect) {
        for _ in 0..<(try section.count(of: "exports", limit: ArtifactInspector.names - facts.exports.count)) {
            facts.exports.append(try externalName(&section))
            // A sort, which for core items is followed by the core sort; an index; perhaps a type.
            if try section.byte() == 0 { _ = try section.byte() }
            _ = try section.unsigned()
            let start = section.position
            switch try section.byte() {
            case 0: break
            case 1: try skipDescription(&section)
            default: throw .malformed("an export that is followed by neither a type nor none", at: start)
            }
        }
        guard section.isAtEnd else { throw .malformed("bytes behind the last export", at: section.position) }
    }

    private static func externalName(_ section: inout ArtifactCursor) throws(ArtifactDefect) -> String {
        let start = section.position
        guard try section.byte() <= 1 else { throw .malformed("a name of an unknown kind", at: start) }
        return try section.name()
    }

    private static func skipDescription(_ section: inout ArtifactCursor) throws(ArtifactDefect) {
        let start = section.position
        switch try section.byte() {
        case 0:
            guard try section.byte() == 0x11 else { throw .malformed("a core description that is no module", at: start) }
            _ = try section.unsigned()
        case 1, 4, 5: _ = try section.unsigned()
        case 2:
            if try section.byte() == 0 { _ = try section.unsigned() } else { try section.skipType() }
        case 3:
            if try section.byte() == 0 { _ = try section.unsigned() }
        default: throw .malformed("a description of an unknown kind", at: start)
        }
    }
}
