import ReleaseStore
import RolloutCore

/// What `status` shows: per app, where the channels stand and what each host says of itself.
struct FleetStatus: Renderable {
    var volume: VolumeID
    var time: Instant
    var apps: [AppStatus]

    var text: String {
        guard !apps.isEmpty else { return "The volume has no app yet. Publish one with `wasmrollout publish`." }
        return apps.map { $0.text(now: time) }.joined(separator: "\n\n")
    }
}

struct AppStatus: Encodable, Sendable {
    var app: AppName
    /// The newest record; 0 when there is none.
    var newest: UInt64
    /// Who wrote it, when and why; `nil` when there is none.
    var record: RecordNote?
    /// What it did, in words.
    var change: String?
    /// What stands behind the newest record and is none.
    var damaged: [DamagedRecord] = []
    var channels: [ChannelStatus]
    /// Releases that no host may run.
    var quarantined: [QuarantinedRelease]
    /// Hosts that are kept at a release, whatever their channel says.
    var pins: [PinnedHost]
    var hosts: [HostRow]
    /// Statuses that cannot be read: file name and reason.
    var unreadable: [String: String]

    func text(now: Instant) -> String {
        var lines = ["\(app), record \(newest)"]
        if let record, let change {
            lines[0] += ": \(change) by \(record.who), \(record.time)".printable
            if !record.message.isEmpty { lines.append("  " + record.message.printable) }
        }
        lines += damaged.map { "  \($0.words)".printable }
        for channel in channels { lines += channel.lines(now: now).map(\.printable) }
        lines += quarantined.prefix(Self.shown).map {
            "  quarantined: \($0.release.text)\($0.record.map { " \($0.text)" } ?? "")".printable
        }
        if quarantined.count > Self.shown {
            lines.append("  quarantined: \(quarantined.count - Self.shown) more, longer ago (--json shows all)")
        }
        lines += pins.map { "  pinned: \($0.host) to \($0.release.text)\($0.record.map { " \($0.text)" } ?? "")".printable }
        if hosts.isEmpty {
            lines.append("  No host has reported yet.")
        } else {
            lines.append("")
            lines.append(table)
        }
        for host in hosts {
            let channel = channels.first { $0.channel == host.channel }
            // Who waits for its wave serves what it should.
            let isWaiting = channel?.rollout?.standing(of: host.host) == "waiting"
            let target = isWaiting ? host.serving?.release : channel?.target.release
            lines += host.remarks(newest: newest, target: target).map { "  \(host.host): \($0)".printable }
        }
        for (name, reason) in unreadable.sorted(by: { $0.key < $1.key }) { lines.append("  \(name): \(reason)".printable) }
        return lines.joined(separator: "\n")
    }

    /// Quarantined releases in the text.
    private static let shown = 5

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
