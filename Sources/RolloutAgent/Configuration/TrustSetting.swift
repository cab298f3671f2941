import SystemPackage

/// `trust`: whose releases this host runs.
package enum TrustSetting: Hashable, Sendable {
    /// `trust = "none"`: anybody's who can write to the volume. Every status shows it.
    case none
    /// A trust policy file.
    case policy(FilePath)

    init(_ root: ConfigurationSection) {
        switch root.string("trust") {
        case "none": self = .none
        case .some(let path):
            self = .policy(FilePath(path))
            if !FilePath(path).isAbsolute {
                root.problem("trust", "is '\(path)'; it is \"none\" or the absolute path of a trust policy")
            }
        case nil:
            self = .none
            root.problem(
                "trust",
                "is missing: the path of a trust policy (`wasmrollout keygen` makes one), or \"none\" to run unsigned releases")
        }
    }
}
