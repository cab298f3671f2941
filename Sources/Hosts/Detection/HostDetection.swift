/// What was found out about this host, and how.
package struct HostDetection: Hashable, Sendable {
    package var profile: HostProfile
    /// Each source that was asked, in order; the last one was used.
    package var findings: [HostFinding]
}
