/// What a host should run, and the record that says so.
package struct Target: Codable, Hashable, Sendable {
    package var release: Digest
    /// The sequence number of the record that chose it. A refused release is tried again only under a new one.
    package var decision: UInt64

    package init(release: Digest, decision: UInt64) {
        self.release = release
        self.decision = decision
    }
}
