extension Change: Codable {
    /// The word a change is called by, in JSON and in output.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case release, move, openWave, approve, promote, hold, resume, freeze, rollBack, quarantine, liftQuarantine, pin, unpin
    }

    package var kind: Kind {
        switch self {
        case .release: .release
        case .move: .move
        case .openWave: .openWave
        case .approve: .approve
        case .promote: .promote
        case .hold: .hold
        case .resume: .resume
        case .freeze: .freeze
        case .rollBack: .rollBack
        case .quarantine: .quarantine
        case .liftQuarantine: .liftQuarantine
        case .pin: .pin
        case .unpin: .unpin
        }
    }

    private enum Key: String, CodingKey { case kind, channel, from, release, plan, wave, windows, host }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func channel(_ key: Key = .channel) throws -> ChannelName { try container.decode(ChannelName.self, forKey: key) }
        func release() throws -> Digest { try container.decode(Digest.self, forKey: .release) }
        func plan() throws -> RolloutPlan { try container.decode(RolloutPlan.self, forKey: .plan) }
        // It is counted from 1 in words, before anybody has asked whether there is such a wave.
        func wave() throws -> Int {
            let wave = try container.decode(Int.self, forKey: .wave)
            if (0..<Limits.waves).contains(wave) { return wave }
            throw DecodingError.dataCorruptedError(
                forKey: .wave, in: container, debugDescription: "there is no wave \(wave)")
        }
        func host() throws -> HostID { try container.decode(HostID.self, forKey: .host) }
        switch try container.decode(Kind.self, forKey: .kind) {
        case .release: self = .release(channel: try channel(), release: try release(), plan: try plan())
        case .move: self = .move(from: try channel(.from), to: try channel(), release: try release(), plan: try plan())
        case .openWave: self = .openWave(channel: try channel(), wave: try wave())
        case .approve: self = .approve(channel: try channel(), wave: try wave())
        case .promote: self = .promote(channel: try channel())
        case .hold: self = .hold(channel: try channel())
        case .resume: self = .resume(channel: try channel())
        case .freeze:
            self = .freeze(channel: try channel(), windows: try container.decode([FreezeWindow].self, forKey: .windows))
        case .rollBack: self = .rollBack(channel: try channel(), to: try release())
        case .quarantine: self = .quarantine(release: try release())
        case .liftQuarantine: self = .liftQuarantine(release: try release())
        case .pin: self = .pin(host: try host(), release: try release())
        case .unpin: self = .unpin(host: try host())
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind, forKey: .kind)
        try container.encodeIfPresent(channel, forKey: .channel)
        try container.encodeIfPresent(release, forKey: .release)
        switch self {
        case .release(_, _, let plan): try container.encode(plan, forKey: .plan)
        case .move(let from, _, _, let plan):
            try container.encode(from, forKey: .from)
            try container.encode(plan, forKey: .plan)
        case .openWave(_, let wave), .approve(_, let wave): try container.encode(wave, forKey: .wave)
        case .freeze(_, let windows): try container.encode(windows, forKey: .windows)
        case .pin(let host, _), .unpin(let host): try container.encode(host, forKey: .host)
        case .promote, .hold, .resume, .rollBack, .quarantine, .liftQuarantine: break
        }
    }
}
