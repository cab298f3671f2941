import RolloutCore

/// A record that was written.
package struct Appended: Hashable, Sendable {
    package var record: Record
    package var digest: Digest
    /// Nothing that makes it fail: sentences for people.
    package var warnings: [String]
}
