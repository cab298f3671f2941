import RolloutCore

/// A release of which a host has a whole local copy, by its own account.
package struct CheckedRelease: Codable, Hashable, Sendable {
    package var release: Digest
    /// When its files were last compared with its manifest.
    package var at: Instant

    package init(release: Digest, at: Instant) {
        self.release = release
        self.at = at
    }
}
