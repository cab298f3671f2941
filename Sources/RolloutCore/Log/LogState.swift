/// Everything the log says now: the channel states and what is quarantined. Each record carries the state after it, so a new
/// host needs one record however long the log is.
package struct LogState: Codable, Hashable, Sendable {
    package var channels: [ChannelName: ChannelState]
    /// Newest first, at most `Limits.quarantined`.
    package var quarantined: [Digest]

    /// Before the first record.
    package static let empty = LogState(channels: [:], quarantined: [])

    package init(channels: [ChannelName: ChannelState], quarantined: [Digest]) {
        self.channels = channels
        self.quarantined = quarantined
    }

    /// Why no channel could ever be in such a state; `nil` when it is sound. For a state that is taken from a record without
    /// the records before it.
    package var defect: String? {
        if channels.count > Limits.channels { return "it has more than \(Limits.channels) channels" }
        if quarantined.count > Limits.quarantined { return "it quarantines more than \(Limits.quarantined) releases" }
        if Set(quarantined).count != quarantined.count { return "it quarantines a release twice" }
        for (name, channel) in channels {
            if let release = channel.promoted.first(where: quarantined.contains) {
                return "channel '\(name)' has release \(release.short) promoted, which is quarantined"
            }
            if channel.rollout != nil, quarantined.contains(channel.target) {
                return "channel '\(name)' rolls out release \(channel.target.short), which is quarantined"
            }
            if channel.promoted.count > Limits.history { return "channel '\(name)' remembers too many releases" }
            if Set(channel.promoted).count != channel.promoted.count { return "channel '\(name)' has a release promoted twice" }
            if let rollout = channel.rollout {
                guard let defect = waveDefect(rollout.waves) else {
                    guard rollout.waves.indices.contains(rollout.openWave) else {
                        return "channel '\(name)' has no such wave open"
                    }
                    continue
                }
                return "channel '\(name)': \(defect)"
            } else if channel.promoted.first != channel.target, !quarantined.contains(channel.target) {
                return "channel '\(name)' has a target that is neither promoted nor rolling out"
            }
        }
        return nil
    }
}

/// A change that the state before it does not allow.
package struct IllegalStep: Error, Hashable, Sendable, CustomStringConvertible {
    /// Completes "Could not <change>: ".
    package let description: String
}

extension LogState {
    /// The state after `change`, made by the record with this sequence number.
    ///
    /// The one definition of what a change does: publishers write what it returns, hosts refuse a record that says otherwise.
    package func applying(_ change: Change, sequence: UInt64) throws(IllegalStep) -> LogState {
        var next = self
        switch change {
        case .release(let name, let release, let waves):
            try next.release(release, waves: waves, on: name, sequence: sequence)
        case .openWave(let name, let wave):
            try next.update(name) { (channel) throws(IllegalStep) in
                guard !channel.held else { throw held(name) }
                guard let rollout = channel.rollout else { throw noRollout(name) }
                guard wave == rollout.openWave + 1, rollout.waves.indices.contains(wave) else {
                    throw IllegalStep(description: "wave \(wave) is not the next of channel '\(name)'")
                }
                channel.rollout?.openWave = wave
            }
        case .promote(let name):
            try next.update(name) { (channel) throws(IllegalStep) in
                guard !channel.held else { throw held(name) }
                guard channel.rollout != nil else { throw noRollout(name) }
                channel.rollout = nil
                channel.promoted.push(channel.target)
            }
        case .hold(let name):
            try next.update(name) { (channel) throws(IllegalStep) in
                guard !channel.held else { throw IllegalStep(description: "channel '\(name)' is held already") }
                channel.held = true
            }
        case .resume(let name):
            try next.update(name) { (channel) throws(IllegalStep) in
                guard channel.held else { throw IllegalStep(description: "channel '\(name)' is not held") }
                channel.held = false
            }
        case .rollBack(let name, let release):
            try next.rollBack(name, to: release, sequence: sequence)
        case .quarantine(let release):
            try next.quarantine(release, sequence: sequence)
        }
        return next
    }

    private mutating func release(
        _ release: Digest, waves: [WaveSize], on name: ChannelName, sequence: UInt64
    ) throws(IllegalStep) {
        if let defect = waveDefect(waves) { throw IllegalStep(description: defect) }
        guard !quarantined.contains(release) else {
            throw IllegalStep(description: "release \(release.short) is quarantined")
        }
        guard var channel = channels[name] else {
            guard channels.count < Limits.channels else {
                throw IllegalStep(description: "the app has \(Limits.channels) channels already")
            }
            // There is nothing that other hosts could run meanwhile, so the first release of a channel is for everyone.
            channels[name] = ChannelState(target: release, decision: sequence, promoted: [release])
            return
        }
        guard !channel.held else { throw held(name) }
        channel.target = release
        channel.decision = sequence
        if waves.count == 1 || channel.promoted.isEmpty {
            channel.rollout = nil
            channel.promoted.push(release)
        } else {
            channel.rollout = OpenRollout(id: sequence, waves: waves, openWave: 0)
        }
        channels[name] = channel
    }

    private mutating func rollBack(_ name: ChannelName, to release: Digest, sequence: UInt64) throws(IllegalStep) {
        let quarantined = quarantined
        try update(name) { (channel) throws(IllegalStep) in
            guard !quarantined.contains(release) else {
                throw IllegalStep(description: "release \(release.short) is quarantined")
            }
            guard let position = channel.promoted.firstIndex(of: release) else {
                throw IllegalStep(
                    description: "release \(release.short) is not among the promoted releases of channel '\(name)'")
            }
            guard release != channel.target else {
                throw IllegalStep(description: "release \(release.short) is the target of channel '\(name)' already")
            }
            // What came after it is what we are leaving: the next rollback goes further back, not forward again.
            channel.promoted.removeFirst(position)
            channel.target = release
            channel.decision = sequence
            channel.rollout = nil
        }
    }

    private mutating func quarantine(_ release: Digest, sequence: UInt64) throws(IllegalStep) {
        guard !quarantined.contains(release) else {
            throw IllegalStep(description: "release \(release.short) is quarantined already")
        }
        quarantined.insert(release, at: 0)
        if quarantined.count > Limits.quarantined { quarantined.removeLast() }
        for name in channels.keys.sorted() {
            guard var channel = channels[name] else { continue }
            channel.promoted.removeAll { $0 == release }
            if channel.target == release {
                channel.rollout = nil
                if let previous = channel.promoted.first { channel.target = previous }
                channel.decision = sequence
            }
            channels[name] = channel
        }
    }

    private mutating func update(
        _ name: ChannelName, _ body: (inout ChannelState) throws(IllegalStep) -> Void
    ) throws(IllegalStep) {
        guard var channel = channels[name] else {
            throw IllegalStep(description: "channel '\(name)' has no release yet")
        }
        try body(&channel)
        channels[name] = channel
    }
}

private func held(_ name: ChannelName) -> IllegalStep {
    IllegalStep(description: "channel '\(name)' is held; resume it first")
}

private func noRollout(_ name: ChannelName) -> IllegalStep {
    IllegalStep(description: "channel '\(name)' has no rollout open")
}

private func waveDefect(_ waves: [WaveSize]) -> String? {
    guard let last = waves.last, waves.count <= 100 else { return "a rollout has 1 to 100 waves" }
    guard last == .everyone else { return "the last wave must admit every host" }
    guard zip(waves, waves.dropFirst()).allSatisfy(<) else { return "each wave must admit more hosts than the one before" }
    return nil
}

extension [Digest] {
    fileprivate mutating func push(_ release: Digest) {
        removeAll { $0 == release }
        insert(release, at: 0)
        if count > Limits.history { removeLast() }
    }
}
