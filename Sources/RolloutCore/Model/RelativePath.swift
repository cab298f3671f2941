/// The path of a file inside a release: relative, `/`-separated, and unable to leave the release's directory.
///
/// No empty, `.` or `..` part, no leading `/`, no backslash, no control character; bounded in length and depth (`Limits`).
package struct RelativePath: Hashable, Sendable, Comparable, LosslessStringConvertible, Codable, CodingKeyRepresentable {
    package let description: String

    package init?(_ description: String) {
        guard (1...Limits.pathBytes).contains(description.utf8.count) else { return nil }
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= Limits.pathDepth,
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }),
            description.utf8.allSatisfy({ $0 >= 32 && $0 != 127 && $0 != 92 })
        else { return nil }
        self.description = description
    }

    package var components: [String] { description.split(separator: "/").map(String.init) }

    package init(from decoder: any Decoder) throws {
        self = try decoder.losslessString("a path inside the release")
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
