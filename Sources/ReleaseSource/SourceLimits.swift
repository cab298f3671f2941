/// What a source may contain, at most, besides what `Limits` says of a release. Checked before anything is allocated.
enum SourceLimits {
    /// Bytes of a spin.toml.
    static let manifestBytes = 1 << 20
    /// Bytes of an OCI index, manifest or configuration, and of a locked Spin application.
    static let documentBytes = 4 << 20
    /// Descriptors in an OCI index, and layers of an image.
    static let descriptors = 1024
    /// How deep an OCI index may lead to another one.
    static let indexDepth = 3
    /// Entries of a tar archive; names that are looked at in a directory tree.
    static let entries = 100_000
    /// Compressed content may always grow to this many bytes,
    static let freeExpansion: UInt64 = 64 << 20
    /// and beyond that to this many times its compressed size: WebAssembly compresses 2 to 10 times, a bomb 1000 times.
    static let expansionRatio: UInt64 = 100
    /// Bytes of a pax or GNU long name.
    static let longNameBytes = 64 << 10
    /// How often a chain of symbolic links is followed; the kernel's own number.
    static let linkDepth = 40
}
