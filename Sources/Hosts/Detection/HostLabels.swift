/// The rules for labels that come from outside.
package enum HostLabels {
    /// At most this many are kept, the first ones by name.
    package static let limit = 16
    /// Bytes of a value at most; longer ones are left out, for half a zone would be another zone.
    package static let valueLimit = 128

    /// Without what is empty, too long, or not printable ASCII.
    static func clean(_ labels: [String: String]) -> [String: String] {
        let usable = labels.filter { name, value in isUsable(name, 63) && isUsable(value, valueLimit) }
        return Dictionary(uniqueKeysWithValues: usable.sorted { $0.key < $1.key }.prefix(limit).map { ($0, $1) })
    }

    private static func isUsable(_ text: String, _ limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { (32...126).contains($0) }
    }
}
