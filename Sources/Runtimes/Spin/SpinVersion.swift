/// The version of a Spin CLI.
package struct SpinVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    package var patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// From what `spin --version` prints: `spin 4.0.2 (bfc7543 2026-06-23)`, `spin 4.1.0-pre0 (…)`.
    package init?(output: String) {
        let words = output.split { $0 == " " || $0 == "\n" }
        guard words.count >= 2, words[0] == "spin" else { return nil }
        let numbers = words[1].prefix { $0 != "-" && $0 != "+" }.split(separator: ".").map { Int($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else { return nil }
        self.init(major, minor, patch)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    package var description: String { "\(major).\(minor).\(patch)" }

    /// Earlier ones say that they serve before the port is bound, and with the port asked for instead of the real one.
    package static let oldest = SpinVersion(2, 5, 0)
}
