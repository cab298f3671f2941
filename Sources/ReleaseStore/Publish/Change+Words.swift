import RolloutCore

extension Change {
    /// Completes "Could not ".
    var words: String {
        switch self {
        case .release(let channel, let release, _): "release \(release.short) on channel '\(channel)'"
        case .move(let from, let to, let release, _): "promote release \(release.short) from channel '\(from)' to '\(to)'"
        case .openWave(let channel, let wave): "open wave \(wave + 1) of channel '\(channel)'"
        case .approve(let channel, let wave): "approve wave \(wave + 1) of channel '\(channel)'"
        case .promote(let channel): "promote channel '\(channel)'"
        case .hold(let channel): "hold channel '\(channel)'"
        case .resume(let channel): "resume channel '\(channel)'"
        case .freeze(let channel, let windows):
            windows.isEmpty ? "unfreeze channel '\(channel)'" : "freeze channel '\(channel)'"
        case .rollBack(let channel, let release): "roll back channel '\(channel)' to \(release.short)"
        case .quarantine(let release): "quarantine release \(release.short)"
        case .liftQuarantine(let release): "lift the quarantine of release \(release.short)"
        case .pin(let host, let release): "pin host '\(host)' to release \(release.short)"
        case .unpin(let host): "unpin host '\(host)'"
        }
    }
}
