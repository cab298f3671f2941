/// The path of a file inside a release: relative, `/`-separated, and unable to leave the release's directory.
///
/// No empty, `.` or `..` part, no leading `/`, no backslash, no control character; bounded in length and depth (`Limits`).
///
/// Judged, compared and sorted by its UTF-8, as the kernel does. By Swift's characters, `../` before a combining accent has no
/// slash in it, and two spellings of `é` are one name.
package struct RelativePath: Hashable, Sendable, Comparable, LosslessStringConvertible, Codable, CodingKeyRepresentable {
    package let description: String

    package init?(_ description: String) {
        guard (1...Limits.pathBytes).contains(description.utf8.count) else { return nil }
        let parts = description.utf8.split(separator: 47, omittingEmptySubsequences: false)
        guard parts.count <= Limits.pathDepth,
            parts.allSatisfy({ !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) && $0.count <= 255 }),
            description.utf8.allSatisfy({ $0 >= 32 && $0 != 127 && $0 != 92 })
        else { return nil }
        self.description = description
    }

    package var components: [String] { description.pathParts }

    package init(from decoder: any Decoder) throws {
        self = try decoder.losslessString("a path inside the release")
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }

    package static func == (left: Self, right: Self) -> Bool { left.description.utf8.elementsEqual(right.description.utf8) }

    package static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }
}
