import ReleaseStore
import RolloutCore

/// What the fleet has to do with why a host serves what it serves: the rollout it is part of, holds, freezes, and who pinned it.
struct FleetReasons {
    let lines: [String]

    init(_ app: AppStatus, of status: HostStatus, history: RecordHistory, labels: ReleaseLabels) {
        var lines: [String] = []
        let decision = (status.attempting ?? status.serving)?.decision
        if let decision, let record = history[decision] {
            let version = record.change.release.flatMap(labels.version)
            let change = record.change.sentence(version: version)
            lines.append("Record \(record.sequence), \(change), was made \(record.origin)".sentence)
        }
        if let record = app.pins.first(where: { $0.host == status.host })?.record, record.sequence != decision {
            lines.append("It was pinned \(record.text.sentence)")
        }
        if let channel = app.channels.first(where: { $0.channel == status.channel }) {
            if channel.isHeld {
                lines.append("Channel \(channel.channel) is held\(channel.heldBy.map { " \($0.text)" } ?? "")".sentence)
            }
            if let until = channel.frozenUntil { lines.append("Channel \(channel.channel) is frozen until \(until).") }
            if let rollout = channel.rollout {
                lines += Self.lines(rollout, status.host, channel.channel, history, newest: app.newest)
            }
        }
        let refused = Set(status.refused.map(\.release))
        for forbidden in app.quarantined where refused.contains(forbidden.release.release) {
            lines.append("\(forbidden.release.text) is quarantined\(forbidden.record.map { " \($0.text)" } ?? "")".sentence)
        }
        self.lines = lines
    }

    private static func lines(
        _ rollout: RolloutStatus, _ host: HostID, _ channel: ChannelName, _ history: RecordHistory, newest: UInt64
    ) -> [String] {
        var lines: [String] = []
        for wave in rollout.waves {
            guard let member = wave.hosts.first(where: { $0.host == host }) else { continue }
            let reason = member.reason.map { ": \($0)" } ?? ""
            let state = wave.isOpen ? "open" : wave.needsApproval && !wave.isApproved ? "not approved yet" : "not open yet"
            lines.append(
                "It is in wave \(wave.wave) of \(rollout.waves.count), which is \(state); for the rollout it is \(member.standing)\(reason.sentence)"
            )
            let opened = history.newest(from: newest, downTo: rollout.id + 1) {
                $0.change == .openWave(channel: channel, wave: wave.wave - 1)
            }
            if let opened { lines.append("Record \(opened.sequence) opened that wave, \(opened.origin)".sentence) }
        }
        lines.append("The rollout: \([rollout.reason, rollout.advice].compactMap { $0 }.joined(separator: " "))")
        return lines
    }
}

extension Record {
    /// `by alice at 2026-…: why`.
    fileprivate var origin: String { "by \(who) at \(time)\(message.isEmpty ? "" : ": \(message)")".printable }
}
