/// Keeps a host at a release.
package struct Pin: Codable, Hashable, Sendable {
    package var release: Digest
    /// The sequence number of the record that pinned it.
    package var decision: UInt64

    package init(release: Digest, decision: UInt64) {
        self.release = release
        self.decision = decision
    }
}
