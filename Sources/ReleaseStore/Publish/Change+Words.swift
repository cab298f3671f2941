import RolloutCore

extension Change {
    /// Completes "Could not ".
    var words: String {
        switch self {
        case .release(let channel, let release, _): "release \(release.short) on channel '\(channel)'"
        case .openWave(let channel, let wave): "open wave \(wave) of channel '\(channel)'"
        case .promote(let channel): "promote channel '\(channel)'"
        case .hold(let channel): "hold channel '\(channel)'"
        case .resume(let channel): "resume channel '\(channel)'"
        case .rollBack(let channel, let release): "roll back channel '\(channel)' to \(release.short)"
        case .quarantine(let release): "quarantine release \(release.short)"
        }
    }
}
