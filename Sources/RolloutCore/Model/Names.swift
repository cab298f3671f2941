/// A name that is safe as a file name, a header value and a metric label: 1 to 63 of `a-z 0-9 . _ -`, beginning with a
/// letter or digit.
package protocol Name: Hashable, Sendable, Comparable, Codable, CodingKeyRepresentable, LosslessStringConvertible,
    ExpressibleByStringLiteral
{
    init(unchecked: String)
}

extension Name {
    package init?(_ description: String) {
        guard isSafeName(description) else { return nil }
        self.init(unchecked: description)
    }

    /// For names written in source code; traps on a bad one.
    package init(stringLiteral value: String) {
        precondition(isSafeName(value), "'\(value)' is not a safe name")
        self.init(unchecked: value)
    }

    package init(from decoder: any Decoder) throws {
        self = try decoder.losslessString("a name (1 to 63 of a-z 0-9 . _ -, beginning with a letter or digit)")
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

private func isSafeName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...63).contains(bytes.count), let first = bytes.first, first != 46, first != 95, first != 45 else { return false }
    return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 46 || $0 == 95 || $0 == 45 }
}

/// The application that releases belong to.
package struct AppName: Name {
    package let description: String
    package init(unchecked: String) { self.description = unchecked }
}

/// The named stream of releases a host follows.
package struct ChannelName: Name {
    package let description: String
    package init(unchecked: String) { self.description = unchecked }
}

/// One agent instance. Stable for as long as its local store is.
package struct HostID: Name {
    package let description: String
    package init(unchecked: String) { self.description = unchecked }
}
