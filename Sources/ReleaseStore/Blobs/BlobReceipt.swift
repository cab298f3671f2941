import RolloutCore

/// What became of content that was to be put on a volume.
package struct BlobReceipt: Hashable, Sendable {
    package var digest: Digest
    /// In bytes.
    package var size: UInt64
    /// `false`: the volume had it already, and it was checked.
    package var isNew: Bool
}
