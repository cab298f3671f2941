/// Durations as people write them in configuration and on the command line: `500ms`, `10s`, `2m`, `1h`, `7d`.
extension Duration {
    /// Takes a whole number and a unit (`ms s m h d`), at most 10,000 days; anything else is `nil`.
    package init?(text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), let unit = Self.units.first(where: { $0.name == text[digits.endIndex...] }),
            count <= 864_000_000_000 / unit.milliseconds
        else { return nil }
        self = .milliseconds(count * unit.milliseconds)
    }

    /// The shortest exact writing of whole milliseconds: `1500ms`, `2m`.
    package var text: String {
        let total = milliseconds
        guard total != 0, let unit = Self.units.last(where: { total % $0.milliseconds == 0 }) else { return "\(total)ms" }
        return "\(total / unit.milliseconds)\(unit.name)"
    }

    private static let units: [(name: Substring, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
}
