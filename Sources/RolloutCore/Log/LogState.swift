/// Everything the log says now: the channel states, what is quarantined, and which hosts are pinned. Each record carries the state after
/// it, so a new host needs one record however long the log is.
package struct LogState: Codable, Hashable, Sendable {
    package var channels: [ChannelName: ChannelState]
    /// Newest first, at most `Limits.quarantined`.
    package var quarantined: [Digest]
    /// At most `Limits.pins`.
    package var pins: [HostID: Pin]

    /// Before the first record.
    package static let empty = LogState(channels: [:], quarantined: [])

    package init(channels: [ChannelName: ChannelState], quarantined: [Digest], pins: [HostID: Pin] = [:]) {
        self.channels = channels
        self.quarantined = quarantined
        self.pins = pins
    }

    /// Every release that some host may be told to run, or that a rollback may return to.
    package var releases: Set<Digest> {
        var releases = Set(pins.values.map(\.release))
        for channel in channels.values { releases.formUnion(channel.promoted + [channel.target]) }
        return releases
    }

    /// Why no log could ever be in such a state; `nil` when it is sound. For a state that is taken from a record without
    /// the records before it.
    package var defect: String? {
        if channels.count > Limits.channels { return "it has more than \(Limits.channels) channels" }
        if quarantined.count > Limits.quarantined { return "it quarantines more than \(Limits.quarantined) releases" }
        if Set(quarantined).count != quarantined.count { return "it quarantines a release twice" }
        if pins.count > Limits.pins { return "it pins more than \(Limits.pins) hosts" }
        if let pin = pins.values.first(where: { quarantined.contains($0.release) }) {
            return "it pins a host to release \(pin.release.short), which is quarantined"
        }
        for (name, channel) in channels {
            if let defect = defect(of: channel) { return "channel '\(name)' \(defect)" }
        }
        return nil
    }

    private func defect(of channel: ChannelState) -> String? {
        if let release = channel.promoted.first(where: quarantined.contains) {
            return "has release \(release.short) promoted, which is quarantined"
        }
        if channel.rollout != nil, quarantined.contains(channel.target) {
            return "rolls out release \(channel.target.short), which is quarantined"
        }
        if channel.promoted.count > Limits.history { return "remembers too many releases" }
        if Set(channel.promoted).count != channel.promoted.count { return "has a release promoted twice" }
        if channel.frozen.count > Limits.freezeWindows { return "has too many freeze windows" }
        if let defect = channel.frozen.lazy.compactMap(\.defect).first { return "is frozen wrongly: \(defect)" }
        if let rollout = channel.rollout {
            if let defect = rollout.defect { return "has a rollout that cannot be: \(defect)" }
        } else if channel.promoted.first != channel.target, !quarantined.contains(channel.target) {
            return "has a target that is neither promoted nor rolling out"
        }
        return nil
    }
}

/// A change that the state before it does not allow.
package struct IllegalStep: Error, Hashable, Sendable, CustomStringConvertible {
    /// Completes "Could not <change>: ".
    package let description: String
    /// The release that the change would choose, when that it is quarantined is what forbids it.
    package let quarantined: Digest?

    package init(description: String) {
        self.description = description
        self.quarantined = nil
    }

    private init(quarantined: Digest) {
        self.description = "release \(quarantined.short) is quarantined"
        self.quarantined = quarantined
    }

    static func isQuarantined(_ release: Digest) -> IllegalStep { IllegalStep(quarantined: release) }
}
