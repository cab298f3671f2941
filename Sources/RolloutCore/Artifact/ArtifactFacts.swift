/// What the bytes of an artifact say about it.
package struct ArtifactFacts: Hashable, Sendable {
    package var kind: ArtifactKind
    /// In the order of the file.
    package var imports: [ArtifactImport] = []
    /// Of a module: its functions. Of a component: everything it exports at the top level.
    package var exports: [String] = []
    package var producers: [ArtifactProducer] = []
    /// Why a module's `_start` cannot be called; `nil` when it can, or there is none.
    package var startDefect: String?
    /// A `component-type` custom section, or the canonical ABI's allocator among the exports: made by wit-bindgen.
    package var usesWitBindgen = false

    package init(kind: ArtifactKind) { self.kind = kind }

    /// The compiler named in `producers`, when it was clang.
    package var clangVersion: String? {
        producers.first { $0.field == "processed-by" && $0.name == "clang" }?.version
    }
}

/// One import: a module's has two names, a component's one.
package struct ArtifactImport: Hashable, Sendable {
    /// Empty for a component.
    package var module: String
    package var name: String

    package init(module: String = "", name: String) {
        self.module = module
        self.name = name
    }
}

extension ArtifactImport: CustomStringConvertible {
    package var description: String { module.isEmpty ? name : "\(module).\(name)" }
}

/// One entry of the `producers` custom section (tool-conventions/ProducersSection.md).
package struct ArtifactProducer: Hashable, Sendable, CustomStringConvertible {
    /// `language`, `processed-by` or `sdk`.
    package var field: String
    package var name: String
    package var version: String

    package var description: String { version.isEmpty ? "\(field): \(name)" : "\(field): \(name) \(version)" }
}
