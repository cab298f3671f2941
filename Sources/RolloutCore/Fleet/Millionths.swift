/// A part of a whole in millionths, which is what it is in JSON. The types differ in what they count, and in their bounds.
package protocol Millionths: Hashable, Sendable, Comparable, Codable {
    static var bounds: ClosedRange<Int> { get }
    var millionths: Int { get }
    init(unchecked millionths: Int)
}

extension Millionths {
    /// `nil` outside of the bounds.
    package init?(millionths: Int) {
        guard Self.bounds.contains(millionths) else { return nil }
        self.init(unchecked: millionths)
    }

    package static func < (left: Self, right: Self) -> Bool { left.millionths < right.millionths }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(millionths: try container.decode(Int.self)) else {
            let words = "it is \(Self.bounds.lowerBound) to \(Self.bounds.upperBound) millionths"
            throw DecodingError.dataCorruptedError(in: container, debugDescription: words)
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millionths)
    }
}
