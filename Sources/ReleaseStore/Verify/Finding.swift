import RolloutCore

/// Something that verifying found.
package struct Finding: Codable, Hashable, Sendable {
    package enum Severity: String, Codable, Sendable, Comparable {
        /// Nothing is wrong; worth knowing.
        case note
        /// Wrong, but nothing that hosts run or decide by: they go around it.
        case warning
        /// A law is broken: hosts cannot follow, or a release cannot be had.
        case error

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    }

    package var severity: Severity
    /// Relative to what is verified.
    package var path: String
    /// A sentence without its full stop.
    package var words: String

    package init(_ severity: Severity, _ path: String, _ words: String) {
        self.severity = severity
        self.path = path
        self.words = words
    }
}
