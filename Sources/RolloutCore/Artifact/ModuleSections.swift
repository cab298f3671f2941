/// The sections of a core module that say what it needs and offers (core specification 2.0, 5.5.5 and 5.5.10).
enum ModuleSections {
    static func imports(
        _ section: inout ArtifactCursor, _ facts: inout ArtifactFacts, _ entry: inout ModuleStart
    ) throws(ArtifactDefect) {
        for _ in 0..<(try section.count(of: "imports", limit: ArtifactInspector.names - facts.imports.count)) {
            facts.imports.append(ArtifactImport(module: try section.name(), name: try section.name()))
            let start = section.position
            switch try section.byte() {
            case 0: entry.importedTypes.append(try section.unsigned())
            case 1:
                try skipReferenceType(&section)
                try skipLimits(&section)
            case 2: try skipLimits(&section)
            case 3:
                try skipReferenceType(&section)
                _ = try section.byte()
            case 4:
                _ = try section.byte()
                _ = try section.unsigned()
            case let kind: throw .malformed("an import of unknown kind \(kind)", at: start)
            }
        }
        guard section.isAtEnd else { throw .malformed("bytes behind the last import", at: section.position) }
    }

    static func exports(
        _ section: inout ArtifactCursor, _ facts: inout ArtifactFacts, _ entry: inout ModuleStart
    ) throws(ArtifactDefect) {
        for _ in 0..<(try section.count(of: "exports", limit: ArtifactInspector.names - facts.exports.count)) {
            let name = try section.name()
            let start = section.position
            let kind = try section.byte()
            guard kind <= 4 else { throw .malformed("an export of unknown kind \(kind)", at: start) }
            let index = try section.unsigned()
            guard kind == 0 else { continue }
            facts.exports.append(name)
            if name == "_start" { entry.function = index }
            if name == "cabi_realloc" || name == "canonical_abi_realloc" { facts.usesWitBindgen = true }
        }
        guard section.isAtEnd else { throw .malformed("bytes behind the last export", at: section.position) }
    }

    /// One byte, or two kinds of typed reference that a heap type follows.
    private static func skipReferenceType(_ section: inout ArtifactCursor) throws(ArtifactDefect) {
        let type = try section.byte()
        if type == 0x63 || type == 0x64 { try section.skipType() }
    }

    private static func skipLimits(_ section: inout ArtifactCursor) throws(ArtifactDefect) {
        let start = section.position
        let flags = try section.byte()
        guard flags < 16 else { throw .malformed("limits with unknown flags", at: start) }
        _ = try section.unsigned(bits: 64)
        if flags & 1 != 0 { _ = try section.unsigned(bits: 64) }
        if flags & 8 != 0 { _ = try section.unsigned() }
    }
}
