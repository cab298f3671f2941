import RolloutCore

/// What verifying found, and how much was looked at.
package struct VerifyReport: Codable, Hashable, Sendable {
    package var findings: [Finding] = []
    package var records = 0
    package var releases = 0
    package var blobs = 0
    /// Of content that was hashed.
    package var bytes: UInt64 = 0
    package var hosts = 0

    /// Findings kept, at most: a hostile volume must not fill the memory.
    static let findingsLimit = 1000
    package var isTruncated = false

    /// Whether the laws hold.
    package var isGood: Bool { !findings.contains { $0.severity == .error } && !isTruncated }

    mutating func add(_ severity: Finding.Severity, _ path: String, _ words: String) {
        guard findings.count < Self.findingsLimit else {
            isTruncated = true
            return
        }
        findings.append(Finding(severity, path, words))
    }
}
