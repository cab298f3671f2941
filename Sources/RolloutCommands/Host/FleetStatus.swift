import ReleaseStore
import RolloutCore

/// What `status` shows: per app, where the channels stand and what each host says of itself.
struct FleetStatus: Renderable {
    var volume: VolumeID
    var time: Instant
    var apps: [AppStatus]

    var text: String {
        guard !apps.isEmpty else { return "The volume has no app yet. Publish one with `wasmrollout publish`." }
        return apps.map(\.text).joined(separator: "\n\n")
    }
}

struct AppStatus: Encodable, Sendable {
    var app: AppName
    /// The newest record; 0 when there is none.
    var newest: UInt64
    var channels: [ChannelStatus]
    var hosts: [HostRow]
    /// Statuses that cannot be read: file name and reason.
    var unreadable: [String: String]

    var text: String {
        var lines = ["\(app), record \(newest)"]
        for channel in channels { lines.append("  " + channel.text.printable) }
        if hosts.isEmpty {
            lines.append("  No host has reported yet.")
        } else {
            lines.append("")
            lines.append(table)
        }
        for host in hosts {
            let target = channels.first { $0.channel == host.channel }?.target.release
            lines += host.remarks(newest: newest, target: target).map { "  \(host.host): \($0)".printable }
        }
        for (name, reason) in unreadable.sorted(by: { $0.key < $1.key }) { lines.append("  \(name): \(reason)".printable) }
        return lines.joined(separator: "\n")
    }

    private var table: String {
        var table = TextTable(
            "host", "kind", "zone", "channel", "serving", "for", "attempting", "health", "record", "volume seen", "trust",
            "reported")
        for host in hosts {
            table.add(
                host.host.description, host.kind, host.labels?["zone"], host.channel.description, host.serving?.text,
                host.servingFor,
                host.attempting?.text,
                host.healthText, "\(host.accepted)", host.volumeSeenAgo.map { "\($0) ago" },
                host.checksSignatures ? "checked" : "NONE",
                "\(host.reportedAgo) ago")
        }
        return table.text
    }
}

struct ChannelStatus: Encodable, Sendable {
    var channel: ChannelName
    var target: ReleaseName
    var decision: UInt64
    var isHeld: Bool
    /// The open wave, from 1 (0 while the first waits for approval), and how many there are; `nil` when nothing is rolling out.
    var wave: Int?
    var waves: Int?
    /// How far its live hosts are; `nil` for a moment in the past, of which nobody knows.
    var progress: RolloutProgress?

    init(_ name: ChannelName, _ state: ChannelState, labels: ReleaseLabels, progress: RolloutProgress?) {
        self.channel = name
        self.target = labels.name(state.target)
        self.decision = state.decision
        self.isHeld = state.held
        self.wave = state.rollout.map { ($0.openWave ?? -1) + 1 }
        self.waves = state.rollout?.plan.waves.count
        self.progress = progress
    }

    var text: String {
        var text = "channel \(channel): \(target.text), since record \(decision)"
        if let wave, let waves { text += ", wave \(wave) of \(waves)" }
        if isHeld { text += ", HELD" }
        if let progress, progress.hosts > 0 { text += "; \(progress.text)" }
        return text
    }
}
