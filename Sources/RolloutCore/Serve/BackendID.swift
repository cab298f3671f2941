/// One run of one release on one host. A release that is started twice has two generations.
package struct BackendID: Hashable, Sendable, Codable, CustomStringConvertible {
    package var release: Digest
    /// Counts up with every start on this host, over all releases of an app.
    package var generation: UInt64

    package init(release: Digest, generation: UInt64) {
        self.release = release
        self.generation = generation
    }

    package var description: String { "\(release.short).\(generation)" }
}
