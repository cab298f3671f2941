/// Where the cause of a failure lies, when a release could not be copied, started or kept running: only what lies in the release
/// can make a host refuse it.
package enum FailureCause: Hashable, Sendable {
    /// The volume did not answer, the local disk could not take it, the runtime is not installed: says nothing about the release.
    case environment
    /// The bytes are not what the release says, its manifest is unsound, it does not start or not answer.
    case release
}
