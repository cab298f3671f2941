import RolloutCore

/// The fleet as a live view shows it.
struct FleetView {
    /// The last that could be read; `nil` before the first time.
    var fleet: FleetStatus?
    /// Since when the volume does not answer, and why.
    var trouble: (since: Instant, reason: String)?

    func lines(now: Instant) -> [String] {
        var lines: [String] = []
        if let trouble {
            lines += ["THE VOLUME DOES NOT ANSWER for \(trouble.since.age(at: now)): \(trouble.reason)".printable, ""]
        }
        guard let fleet else { return lines + (trouble == nil ? ["Reading the volume…"] : []) }
        for app in fleet.apps {
            for channel in app.channels {
                if let progress = channel.progress, progress.hosts > 0 {
                    lines.append("\(app.app) \(channel.channel)  [\(progress.bar(24))]  \(progress.text)")
                }
            }
            lines += app.text(now: now).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""]
        }
        if fleet.apps.isEmpty { lines.append(fleet.text) }
        return lines + ["^C ends this view."]
    }
}
