import RolloutCore

extension UInt64 {
    /// Bytes as people read them: `512 B`, `1.5 KiB`, `24.8 MiB`.
    var byteText: String {
        var value = Double(self)
        var unit = 0
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        guard unit > 0 else { return "\(self) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}

extension Instant {
    /// How long ago, roughly: `3 s`, `5 min`, `2 h`, `4 d`.
    func age(at now: Instant) -> String {
        let seconds = max(0, (now - self).milliseconds / 1000)
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
