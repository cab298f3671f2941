/// Chooses hosts by their labels: those that have every one of these. Written `az=a` or `az=a&kind=instance`, sorted by key.
///
/// A host judges by its own labels whether it is meant, so no list of members is needed, and a host that starts later falls in place.
package struct LabelSelector: Hashable, Sendable {
    /// 1 to `limit`; keys and values are 1 to 63 of `A-Z a-z 0-9 . _ / : -`.
    package let labels: [String: String]

    package static let limit = 8

    package init?(_ labels: [String: String]) {
        guard (1...Self.limit).contains(labels.count), labels.allSatisfy({ isSafe($0.key) && isSafe($0.value) }) else {
            return nil
        }
        self.labels = labels
    }

    /// `az` also means a host's `zone`, which is what the label is called that hosts find out.
    package func matches(_ labels: [String: String]) -> Bool {
        self.labels.allSatisfy { key, value in (labels[key] ?? (key == "az" ? labels["zone"] : nil)) == value }
    }
}

private func isSafe(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (97...122).contains($0) || (65...90).contains($0) || (45...58).contains($0) || $0 == UInt8(ascii: "_")
        }
}

extension LabelSelector: LosslessStringConvertible, Codable {
    package init?(_ description: String) {
        var labels: [String: String] = [:]
        for pair in description.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, labels.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else { return nil }
        }
        self.init(labels)
    }

    package var description: String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
    }

    package init(from decoder: any Decoder) throws {
        self = try decoder.losslessString("labels such as az=a&kind=instance")
    }

    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }
}
