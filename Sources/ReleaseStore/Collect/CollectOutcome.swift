import RolloutCore

/// What collecting removed; or what it would remove, for a dry run.
package struct CollectOutcome: Codable, Hashable, Sendable {
    /// What one entry is.
    package struct Item: Codable, Hashable, Sendable {
        /// Relative to what was collected.
        package var path: String
        /// In bytes; 0 where that was not looked up.
        package var bytes: UInt64
        /// Why it is not needed, in words.
        package var reason: String
    }

    package var removed: [Item] = []
    /// How many of the same kind are needed and stay.
    package var kept = 0
    package var isDryRun: Bool
    package var warnings: [String] = []

    package var removedBytes: UInt64 { removed.reduce(0) { $0 &+ $1.bytes } }
}
