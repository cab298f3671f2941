/// A part of a whole, from nothing to all of it. Written in percent: `25%`, `0.5%`.
package struct Share: Millionths {
    package static let bounds = 0...1_000_000
    package let millionths: Int

    package init(unchecked millionths: Int) { self.millionths = millionths }

    package static let nothing = Share(unchecked: 0)
    package static let all = Share(unchecked: 1_000_000)

    package static func percent(_ percent: Int) -> Share { Share(unchecked: min(max(percent, 0), 100) * 10_000) }

    /// How many of `count` may be affected: rounded down, but at least one, unless it is nothing. A fleet of three with one dead
    /// host would otherwise be stopped by it for ever.
    package func allowance(of count: Int) -> Int {
        millionths == 0 ? 0 : max(1, count * millionths / 1_000_000)
    }
}

extension Share: LosslessStringConvertible {
    /// Takes a percentage with at most four decimals; anything else is `nil`.
    package init?(_ description: String) {
        guard description.hasSuffix("%") else { return nil }
        let parts = description.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } && !$0.isEmpty }),
            parts[0].count <= 3, let whole = Int(parts[0])
        else { return nil }
        var millionths = whole * 10_000
        if parts.count == 2 {
            guard parts[1].count <= 4, let decimals = Int(parts[1] + String(repeating: "0", count: 4 - parts[1].count))
            else { return nil }
            millionths += decimals
        }
        self.init(millionths: millionths)
    }

    package var description: String {
        let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
        guard rest > 0 else { return "\(whole)%" }
        var decimals = String(repeating: "0", count: 4 - String(rest).count) + String(rest)
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(whole).\(decimals)%"
    }
}
