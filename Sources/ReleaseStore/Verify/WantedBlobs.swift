import RolloutCore

/// Blobs that some release names, with what their absence means.
struct WantedBlobs {
    struct User {
        var severity: Finding.Severity
        var words: String
        /// `nil` for a manifest.
        var size: UInt64?
        var isManifest: Bool { size == nil }
    }

    var users: [Digest: User] = [:]

    mutating func add(_ digest: Digest, _ user: User) {
        if let known = users[digest], known.severity >= user.severity { return }
        users[digest] = user
    }
}
