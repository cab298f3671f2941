/// Reads what an artifact says about itself: header, imports, exports, `producers`. Code and data are skipped, so a
/// hundred-megabyte file costs a few small reads.
///
/// The binary formats are those of the WebAssembly core specification 2.0, chapter 5, and of the component model's
/// Binary.md. It does not validate code: the host's engine does.
package enum ArtifactInspector {
    /// Imports, and exports, that an artifact may have.
    static let names = 10_000
    static let sections = 100_000
    static let producerFields = 16
    static let producerValues = 256

    /// - Throws: `ArtifactDefect` when the bytes are not an artifact of a kind and version that is known.
    package static func inspect(_ content: any ContentReader) throws(ArtifactDefect) -> ArtifactFacts {
        var cursor = ArtifactCursor(content, part: "header")
        let kind = try header(content, &cursor)
        var facts = ArtifactFacts(kind: kind)
        var sections = 0
        var start = ModuleStart()
        var place = 0
        cursor.part = "last section's head (or something follows its end that is no section)"
        while !cursor.isAtEnd {
            sections += 1
            guard sections <= Self.sections else { throw .tooMany("sections", limit: Self.sections) }
            let position = cursor.position
            let id = try cursor.byte()
            let length = try cursor.unsigned()
            var section = try cursor.section(sectionName(id, kind), length: length)
            if kind == .module, id != 0 { try advance(&place, to: id, at: position) }
            switch (kind, id) {
            case (_, 0): try custom(&section, &facts)
            case (.module, 1): start.typeSection = section
            case (.module, 2): try ModuleSections.imports(&section, &facts, &start)
            case (.module, 3): start.functionSection = section
            case (.module, 7): try ModuleSections.exports(&section, &facts, &start)
            case (.component, 10): try ComponentSections.imports(&section, &facts)
            case (.component, 11): try ComponentSections.exports(&section, &facts)
            case (.module, 1...13), (.component, 1...12): break
            default: throw .malformed("a section of unknown kind \(id)", at: position)
            }
        }
        facts.startDefect = try start.defect()
        return facts
    }

    /// Each section of a module at most once, and in this order (core specification 2.0, 5.5.2; 13 is the tag section).
    private static let order: [UInt8] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

    private static func advance(_ place: inout Int, to id: UInt8, at position: UInt64) throws(ArtifactDefect) {
        // What is in no order is of no known kind.
        guard let next = order.firstIndex(of: id).map({ $0 + 1 }) else { return }
        if next == place { throw .malformed("a second \(sectionName(id, .module))", at: position) }
        if next < place { throw .malformed("a \(sectionName(id, .module)) out of order", at: position) }
        place = next
    }

    private static func header(_ content: any ContentReader, _ cursor: inout ArtifactCursor) throws(ArtifactDefect)
        -> ArtifactKind
    {
        let start: [UInt8]
        do throws(ContentError) {
            start = try content.read(at: 0, count: 512)
        } catch {
            throw ArtifactDefect(reason: error.reason, remedy: "Check that the file can be read")
        }
        guard start.starts(with: [0x00, 0x61, 0x73, 0x6d]) else { throw LookAlike.defect(of: start) }
        _ = try cursor.bytes(4)
        let version = try cursor.bytes(4)
        switch version {
        case [1, 0, 0, 0]: return .module
        case [0x0d, 0, 1, 0]: return .component
        case let other where other[2] == 1:
            throw ArtifactDefect(
                reason: "it is a component of binary version \(Int(other[0]) + Int(other[1]) << 8); 13 is the one that runs",
                remedy: "Build it with current component tools")
        case let other:
            throw ArtifactDefect(
                reason: "it is WebAssembly of binary version \(Int(other[0]) + Int(other[1]) << 8); 1 is the one that runs",
                remedy: "Build it with a current compiler")
        }
    }

    private static func sectionName(_ id: UInt8, _ kind: ArtifactKind) -> String {
        switch (kind, id) {
        case (_, 0): "custom section"
        case (.module, 2), (.component, 10): "import section"
        case (.module, 7), (.component, 11): "export section"
        case (.module, 10): "code section"
        case (.module, 11): "data section"
        case (.component, 1): "core module"
        default: "section of kind \(id)"
        }
    }

    private static func custom(_ section: inout ArtifactCursor, _ facts: inout ArtifactFacts) throws(ArtifactDefect) {
        let name = try section.name()
        if name == "producers" {
            try producers(&section, &facts)
        } else if name.hasPrefix("component-type") {
            facts.usesWitBindgen = true
        }
    }

    private static func producers(_ section: inout ArtifactCursor, _ facts: inout ArtifactFacts) throws(ArtifactDefect) {
        for _ in 0..<(try section.count(of: "producers fields", limit: producerFields)) {
            let field = try section.name()
            for _ in 0..<(try section.count(of: "producers values", limit: producerValues)) {
                facts.producers.append(ArtifactProducer(field: field, name: try section.name(), version: try section.name()))
            }
        }
    }
}
