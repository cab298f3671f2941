import RolloutCore

/// Reads a manifest's text, bounded.
enum ManifestText {
    static func read(_ content: any Content, name: String) throws(ReleaseSourceError) -> String {
        let bytes: [UInt8]
        do throws(ContentError) {
            bytes = try content.bytes(limit: SourceLimits.manifestBytes)
        } catch {
            throw ReleaseSourceError(name, error)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ReleaseSourceError(name, "it is not UTF-8 text", remedy: "Save it as UTF-8")
        }
        return text
    }
}
