import RolloutCore

/// What a Spin manifest says, of either version, as far as it concerns a release; and the whole of it as a tree, so that
/// writing it again loses nothing.
struct SpinManifest: Sendable {
    var name: String
    /// `nil` when it has none.
    var version: String?
    /// In the order of the manifest.
    var triggers: [SpinTrigger]
    /// By id, sorted; the manifest's order has no meaning.
    var components: [SpinComponent]
    /// Variables without a default.
    var requiredVariables: [String]
    var warnings: [String]
    var tree: ManifestNode
}

/// What is requested by HTTP.
struct SpinTrigger: Hashable, Sendable {
    var id: String
    /// `nil` when private: reached from other components only.
    var route: String?
    /// The component that answers; `nil` for a static response.
    var component: String?
    var response: StaticResponse?
    var isWagi: Bool
    /// Template of the arguments of a WAGI guest.
    var arguments: String?
}

/// A component as its manifest describes it.
struct SpinComponent: Hashable, Sendable {
    var id: String
    /// Where its table stands in the tree.
    var place: [PathStep]
    /// As written: relative to the manifest's directory.
    var source: String
    var files: [SpinFiles]
    var excludes: [String]
    var environment: [String: String]
    var capabilities: Capabilities
    /// Other components it is composed of: where each one's path stands below `place`, and the path.
    var dependencies: [SpinDependency]
}

/// One entry of `files`.
enum SpinFiles: Hashable, Sendable {
    case pattern(String)
    case placement(source: String, destination: String)
}

struct SpinDependency: Hashable, Sendable {
    var name: String
    var path: String
}
