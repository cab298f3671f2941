import RolloutCore

/// What a host makes of a release's Spin manifest before it starts it: a pure function of the bytes and the release, so
/// that the copy can be checked by making it again.
package struct EntryRewrite: Sendable {
    package var apply:
        @Sendable (_ original: [UInt8], _ manifest: ReleaseManifest, _ id: Digest) throws(ContentError) -> [UInt8]

    package init(
        _ apply:
            @escaping @Sendable (_ original: [UInt8], _ manifest: ReleaseManifest, _ id: Digest) throws(ContentError) -> [UInt8]
    ) {
        self.apply = apply
    }

    /// Bytes of an entry, at most.
    static let byteLimit = 4 << 20
}
