import RolloutCore

/// What `volume.json` says. Written once, by `Volume.initialize`.
package struct VolumeDescription: Codable, Hashable, Sendable {
    /// Of the whole volume. Another one is refused.
    package var format: Int
    package var volume: VolumeID

    package static let currentFormat = 1
    static let byteLimit = 4096

    package init(volume: VolumeID) {
        self.format = Self.currentFormat
        self.volume = volume
    }
}
