/// One entry of the release log: a change, and the state after it. What the signatures on a record's envelope cover.
package struct Record: Codable, Hashable, Sendable {
    /// Of this structure. Another one is refused.
    package var format: Int
    /// The volume it was written for: a log copied to another volume is not that volume's.
    package var volume: VolumeID
    package var app: AppName
    /// From 1, without gaps; also the name of its file.
    package var sequence: UInt64
    /// The SHA-256 of the whole file of the record before it; `nil` for the first.
    package var previous: Digest?
    /// By the publisher's clock.
    package var time: Instant
    /// Who made it, for people; trust comes from the signature.
    package var who: String
    package var message: String
    package var change: Change
    package var state: LogState

    package static let currentFormat = 1

    package init(
        volume: VolumeID, app: AppName, sequence: UInt64, previous: Digest?, time: Instant, who: String, message: String,
        change: Change, state: LogState
    ) {
        self.format = Self.currentFormat
        self.volume = volume
        self.app = app
        self.sequence = sequence
        self.previous = previous
        self.time = time
        self.who = who
        self.message = message
        self.change = change
        self.state = state
    }

    /// The first rule this record breaks by itself, in words; `nil` when it is sound.
    package var defect: String? {
        if format != Self.currentFormat { return "its format is \(format), this version reads \(Self.currentFormat)" }
        if sequence == 0 || sequence > Limits.sequence { return "its sequence number is out of range" }
        if (sequence == 1) != (previous == nil) { return "only the first record has no record before it" }
        if who.utf8.count > Limits.textBytes || message.utf8.count > Limits.textBytes {
            return "its author or message is longer than \(Limits.textBytes) bytes"
        }
        if let channel = change.channel, state.channels[channel] == nil { return "its state lacks the channel it changes" }
        if sequence == 1, (try? LogState.empty.applying(change, sequence: 1, at: time)) != state {
            return "its state is not what its change makes of an empty log"
        }
        switch change {
        case .release(let channel, let release, _), .move(_, let channel, let release, _), .rollBack(let channel, let release):
            guard state.channels[channel]?.target == release, state.channels[channel]?.decision == sequence else {
                return "its state has another target than its change makes"
            }
        case .openWave, .approve, .promote, .hold, .resume, .freeze, .quarantine, .liftQuarantine, .pin, .unpin: break
        }
        guard state.pins.values.allSatisfy({ (1...sequence).contains($0.decision) }) else {
            return "a host was pinned by a record that cannot be there"
        }
        for (name, channel) in state.channels {
            guard (1...sequence).contains(channel.decision), (1...sequence).contains(channel.rollout?.id ?? 1) else {
                return "channel '\(name)' was decided by a record that cannot be there"
            }
        }
        return state.defect
    }
}

/// The UUID of a volume, lower-case, as `volume.json` gives it.
package struct VolumeID: Hashable, Sendable, Codable, LosslessStringConvertible {
    package let description: String

    package init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
        guard parts == [8, 4, 4, 4, 12],
            description.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) || $0 == 45 })
        else { return nil }
        self.description = description
    }

    package init(from decoder: any Decoder) throws { self = try decoder.losslessString("a lower-case UUID") }
    package func encode(to encoder: any Encoder) throws { try encoder.encodeDescription(of: self) }
}
