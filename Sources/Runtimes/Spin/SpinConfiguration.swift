import SystemPackage

/// How the Spin CLI is found and started. Every default of the `spin` runtime stands here.
package struct SpinConfiguration: Sendable {
    /// Absolute, or `nil` to search PATH for `spin`.
    package var executable: FilePath?
    /// Appended to `spin up`: `--runtime-config-file`, `--disable-pooling`, ….
    package var arguments: [String] = []
    /// Added to what Spin inherits; wins over it.
    package var environment: [String: String] = [:]
    /// Where Spin keeps compiled code, shared by all generations on the host: the second start of a release is then quick.
    /// Must be host-local and writable.
    package var cacheDirectory: FilePath
    /// Bytes of a component's log file, which Spin itself lets grow without end; then it is begun anew, with one older one kept.
    package var logBytes: Int64 = 16 << 20
    /// Between two looks at how large they are.
    package var logInterval: Duration = .seconds(5)

    package init(cacheDirectory: FilePath) { self.cacheDirectory = cacheDirectory }
}
