import RolloutCore

/// Why a host does not follow the log any further.
package struct BlockedRecord: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// The record is not signed as this host demands.
        case signers
        /// The record breaks another rule, or is none.
        case record
        /// The log is not the one this host has followed so far: another volume, or one that was restored or rewritten.
        case log
    }

    package var kind: Kind
    /// The record that it does not accept; `nil` when it is the whole log.
    package var sequence: UInt64?
    /// A sentence, with what to do.
    package var reason: String

    package init(_ refusal: TrustRefusal) {
        self.kind = refusal.isForSigners ? .signers : refusal.isOfAnotherLog ? .log : .record
        self.sequence = refusal.isOfAnotherLog ? nil : refusal.sequence
        self.reason = refusal.description
    }
}
