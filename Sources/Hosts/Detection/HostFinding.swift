/// What came of asking one source who this host is.
package struct HostFinding: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// It said so.
        case used
        /// It is not there: nothing is wrong.
        case absent
        /// It is there, or should be, and what it says cannot be used.
        case unusable
    }

    package var source: HostSource
    package var outcome: Outcome
    /// Why, or from where: in words that follow a colon.
    package var detail: String
}
