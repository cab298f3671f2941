/// How much of the fleet a wave and those before it admit: every host whose rank is below it. In millionths.
package struct WaveSize: Hashable, Sendable, Comparable, Codable {
    /// 1 to 1,000,000.
    package let millionths: Int

    package init?(millionths: Int) {
        guard (1...1_000_000).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    /// Every host.
    package static let everyone = WaveSize(unchecked: 1_000_000)

    private init(unchecked: Int) { self.millionths = unchecked }

    /// A host's rank in a rollout: 0 to 999,999, the same for as long as the rollout lasts.
    package func admits(rank: Int) -> Bool { rank < millionths }

    package static func < (left: Self, right: Self) -> Bool { left.millionths < right.millionths }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let size = WaveSize(millionths: try container.decode(Int.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a wave size is 1 to 1000000")
        }
        self = size
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millionths)
    }
}
