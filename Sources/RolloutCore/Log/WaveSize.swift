/// How much of the fleet a wave and those before it admit: every host whose rank is below it.
package struct WaveSize: Millionths {
    package static let bounds = 1...1_000_000
    package let millionths: Int

    package init(unchecked millionths: Int) { self.millionths = millionths }

    /// Every host.
    package static let everyone = WaveSize(unchecked: 1_000_000)

    /// A host's rank in a rollout: 0 to 999,999, the same for as long as the rollout lasts.
    package func admits(rank: Int) -> Bool { rank < millionths }
}
