/// Why an artifact cannot be published: completes "Could not publish app.wasm: <reason>. <Remedy>."
package struct ArtifactDefect: Error, Hashable, Sendable {
    package var reason: String
    package var remedy: String

    package init(reason: String, remedy: String) {
        self.reason = reason
        self.remedy = remedy
    }

    static func truncated(at offset: UInt64, in part: String) -> Self {
        Self(reason: "it is cut off at byte \(offset), inside its \(part)", remedy: "Copy or build it again, completely")
    }

    static func malformed(_ what: String, at offset: UInt64) -> Self {
        Self(
            reason: "it is not valid WebAssembly: \(what) at byte \(offset)",
            remedy: "Build it again; 'wasm-tools validate' says more")
    }

    static func tooMany(_ what: String, limit: Int) -> Self {
        Self(reason: "it has more than \(limit) \(what)", remedy: "Publish an artifact that was linked for one application")
    }
}
