/// Puts the release into a Spin manifest's version, so that `/.well-known/spin/info` tells which release is running.
///
/// Works on manifests that wasmrollout itself wrote (`SpinManifestWriter`): they hold one line that is exactly
/// `placeholder`. No text value can look like it, because the writer keeps every value within its line, behind its key.
package enum SpinManifestStamp {
    /// The line that is replaced.
    package static let placeholder = "version = \"unreleased\" # set by the host"

    /// The same manifest with the release's digest as its version; `nil` when it does not have exactly one placeholder.
    package static func withVersion(_ manifest: String, releaseID: Digest) -> String? {
        var lines = manifest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let places = lines.indices.filter { lines[$0] == placeholder }
        guard places.count == 1 else { return nil }
        lines[places[0]] = "version = \"\(releaseID)\""
        return lines.joined(separator: "\n")
    }
}
