/// What a volume may hold, at most. Checked before anything is allocated: a volume can be hostile.
package enum Limits {
    /// Bytes of one record file (its envelope).
    package static let recordBytes = 1 << 20
    /// Bytes of one release manifest.
    package static let manifestBytes = 4 << 20
    /// Bytes of one blob.
    package static let blobBytes: UInt64 = 4 << 30
    /// Bytes of all files of a release together.
    package static let releaseBytes: UInt64 = 16 << 30
    /// Files in a release.
    package static let files = 10_000
    /// Bytes of a path inside a release.
    package static let pathBytes = 1024
    /// Parts of a path inside a release.
    package static let pathDepth = 32
    /// Components in a release.
    package static let components = 256
    /// Channels of an app.
    package static let channels = 64
    /// Waves of a rollout.
    package static let waves = 100
    /// Releases a channel remembers.
    package static let history = 32
    /// Quarantined releases an app remembers.
    package static let quarantined = 256
    /// Pinned hosts of an app.
    package static let pins = 256
    /// Freeze windows of a channel.
    package static let freezeWindows = 16
    /// Bytes of a message, of an author, of a reason.
    package static let textBytes = 4096
    /// Signatures on one record.
    package static let signatures = 16
    /// Annotations on a release.
    package static let annotations = 64
    /// How far a record's time may lie ahead of the host's clock.
    package static let clockSkew: Duration = .seconds(300)
    /// The highest sequence number: 16 digits, and the highest that every JSON reader takes exactly (2^53 - 1).
    package static let sequence: UInt64 = 9_007_199_254_740_991
}
