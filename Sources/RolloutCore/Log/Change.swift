/// What a record does. The channel states after it stand beside it in the record.
package enum Change: Hashable, Sendable {
    /// Makes a release the channel's target, for the hosts that the plan's first wave admits.
    case release(channel: ChannelName, release: Digest, waves: [WaveSize])
    /// Lets the next wave of the open rollout in; `wave` counts from 0.
    case openWave(channel: ChannelName, wave: Int)
    /// Ends the open rollout's probation: its release is what rollbacks return to from now on.
    case promote(channel: ChannelName)
    /// Stops advancing: no wave opens and nothing is released until `resume`.
    case hold(channel: ChannelName)
    case resume(channel: ChannelName)
    /// Makes an earlier promoted release the target again, for every host at once.
    case rollBack(channel: ChannelName, to: Digest)
    /// Forbids a release on every channel and host.
    case quarantine(release: Digest)

    /// The role a key must have for its signature to count.
    package var role: TrustRole {
        switch self {
        case .release: .release
        case .openWave, .promote, .hold, .resume, .rollBack, .quarantine: .operate
        }
    }

    /// The channel it concerns; `nil` for all.
    package var channel: ChannelName? {
        switch self {
        case .release(let channel, _, _), .openWave(let channel, _), .promote(let channel), .hold(let channel),
            .resume(let channel), .rollBack(let channel, _):
            channel
        case .quarantine: nil
        }
    }

    /// The release it names, if it names one.
    package var release: Digest? {
        switch self {
        case .release(_, let release, _), .rollBack(_, let release), .quarantine(let release): release
        case .openWave, .promote, .hold, .resume: nil
        }
    }
}

extension Change: Codable {
    /// The word a change is called by, in JSON and in output.
    package enum Kind: String, Codable, Sendable {
        case release, openWave, promote, hold, resume, rollBack, quarantine
    }

    package var kind: Kind {
        switch self {
        case .release: .release
        case .openWave: .openWave
        case .promote: .promote
        case .hold: .hold
        case .resume: .resume
        case .rollBack: .rollBack
        case .quarantine: .quarantine
        }
    }

    private enum Key: String, CodingKey { case kind, channel, release, waves, wave }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func channel() throws -> ChannelName { try container.decode(ChannelName.self, forKey: .channel) }
        func release() throws -> Digest { try container.decode(Digest.self, forKey: .release) }
        switch try container.decode(Kind.self, forKey: .kind) {
        case .release:
            let waves = try container.decode([WaveSize].self, forKey: .waves)
            self = .release(channel: try channel(), release: try release(), waves: waves)
        case .openWave: self = .openWave(channel: try channel(), wave: try container.decode(Int.self, forKey: .wave))
        case .promote: self = .promote(channel: try channel())
        case .hold: self = .hold(channel: try channel())
        case .resume: self = .resume(channel: try channel())
        case .rollBack: self = .rollBack(channel: try channel(), to: try release())
        case .quarantine: self = .quarantine(release: try release())
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        try container.encodeIfPresent(channel, forKey: .channel)
        try container.encodeIfPresent(release, forKey: .release)
        if case .release(_, _, let waves) = self { try container.encode(waves, forKey: .waves) }
        if case .openWave(_, let wave) = self { try container.encode(wave, forKey: .wave) }
    }
}
