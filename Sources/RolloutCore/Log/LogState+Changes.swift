extension LogState {
    /// The state after `change`, made by the record with this sequence number and time.
    ///
    /// The one definition of what a change does: publishers write what it returns, hosts refuse a record that says otherwise.
    package func applying(_ change: Change, sequence: UInt64, at time: Instant) throws(IllegalStep) -> LogState {
        var next = self
        switch change {
        case .release(let name, let release, let plan):
            try next.release(release, plan: plan, on: name, sequence: sequence, at: time)
        case .move(let from, let to, let release, let plan):
            guard from != to else { throw IllegalStep(description: "the two channels are the same") }
            guard let source = channels[from], source.rollout == nil, source.promoted.first == release else {
                throw IllegalStep(description: "release \(release.short) is not the promoted target of channel '\(from)'")
            }
            try next.release(release, plan: plan, on: to, sequence: sequence, at: time)
        case .openWave(let name, let wave):
            try next.advance(name, at: time) { (channel, rollout) throws(IllegalStep) in
                guard wave == rollout.nextWave else {
                    throw IllegalStep(description: "wave \(wave + 1) is not the next of channel '\(name)'")
                }
                if rollout.lacksApproval(upTo: wave) != nil {
                    throw IllegalStep(description: "wave \(wave + 1) of channel '\(name)' was not approved")
                }
                channel.rollout?.openWave = wave
                channel.rollout?.since = time
            }
        case .approve(let name, let wave): try next.approve(wave, on: name)
        case .promote(let name):
            try next.advance(name, at: time) { (channel, rollout) throws(IllegalStep) in
                if let wave = rollout.lacksApproval(upTo: rollout.plan.waves.count - 1) {
                    throw IllegalStep(description: "wave \(wave + 1) of channel '\(name)' was not approved")
                }
                channel.rollout = nil
                channel.promoted.push(channel.target)
            }
        case .hold, .resume, .freeze: try next.setPause(change)
        case .rollBack(let name, let release):
            try next.rollBack(name, to: release, sequence: sequence)
        case .quarantine(let release):
            try next.quarantine(release, sequence: sequence)
        case .liftQuarantine(let release):
            guard let position = next.quarantined.firstIndex(of: release) else {
                throw IllegalStep(description: "release \(release.short) is not quarantined")
            }
            next.quarantined.remove(at: position)
            // It was nowhere else to go when it was quarantined. It is allowed again, so it is what the channel has.
            for (name, channel) in channels where channel.target == release && channel.promoted.isEmpty {
                next.channels[name]?.promoted = [release]
                next.channels[name]?.decision = sequence
            }
        case .pin(let host, let release): try next.pin(host, to: release, sequence: sequence)
        case .unpin(let host):
            guard next.pins.removeValue(forKey: host) != nil else {
                throw IllegalStep(description: "host '\(host)' is not pinned")
            }
        }
        return next
    }

    private mutating func release(
        _ release: Digest, plan: RolloutPlan, on name: ChannelName, sequence: UInt64, at time: Instant
    ) throws(IllegalStep) {
        if let defect = plan.defect { throw IllegalStep(description: defect) }
        if quarantined.contains(release) { throw .isQuarantined(release) }
        guard var channel = channels[name] else {
            guard channels.count < Limits.channels else {
                throw IllegalStep(description: "the app has \(Limits.channels) channels already")
            }
            // There is nothing that other hosts could run meanwhile, so the first release of a channel is for everyone.
            channels[name] = ChannelState(target: release, decision: sequence, promoted: [release])
            return
        }
        guard !channel.held else { throw held(name) }
        if let until = channel.frozenUntil(at: time) { throw frozen(name, until) }
        channel.target = release
        channel.decision = sequence
        if plan.isImmediate || channel.promoted.isEmpty {
            channel.rollout = nil
            channel.promoted.push(release)
        } else {
            let first = plan.waves[0].needsApproval ? nil : 0
            channel.rollout = OpenRollout(id: sequence, plan: plan, openWave: first, began: time)
        }
        channels[name] = channel
    }

    private mutating func approve(_ wave: Int, on name: ChannelName) throws(IllegalStep) {
        try update(name) { (channel) throws(IllegalStep) in
            guard var rollout = channel.rollout else { throw noRollout(name) }
            guard rollout.plan.waves.indices.contains(wave), rollout.plan.waves[wave].needsApproval,
                wave > rollout.openWave ?? -1, !rollout.approved.contains(wave)
            else { throw IllegalStep(description: "wave \(wave + 1) of channel '\(name)' does not wait for approval") }
            rollout.approved = (rollout.approved + [wave]).sorted()
            channel.rollout = rollout
        }
    }

    private mutating func setPause(_ change: Change) throws(IllegalStep) {
        guard let name = change.channel else { return }
        try update(name) { (channel) throws(IllegalStep) in
            switch change {
            case .hold:
                guard !channel.held else { throw IllegalStep(description: "channel '\(name)' is held already") }
                channel.held = true
            case .resume:
                guard channel.held else { throw IllegalStep(description: "channel '\(name)' is not held") }
                channel.held = false
            case .freeze(_, let windows):
                guard windows.count <= Limits.freezeWindows else {
                    throw IllegalStep(description: "a channel has at most \(Limits.freezeWindows) freeze windows")
                }
                if let defect = windows.lazy.compactMap(\.defect).first { throw IllegalStep(description: defect) }
                guard windows != channel.frozen else {
                    throw IllegalStep(description: "channel '\(name)' has these freeze windows already")
                }
                channel.frozen = windows
            default: break
            }
        }
    }

    private mutating func rollBack(_ name: ChannelName, to release: Digest, sequence: UInt64) throws(IllegalStep) {
        let quarantined = quarantined
        try update(name) { (channel) throws(IllegalStep) in
            if quarantined.contains(release) { throw .isQuarantined(release) }
            guard let position = channel.promoted.firstIndex(of: release) else {
                throw IllegalStep(
                    description: "release \(release.short) is not among the promoted releases of channel '\(name)'")
            }
            guard release != channel.target || channel.rollout != nil else {
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
        pins = pins.filter { $0.value.release != release }
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

    private mutating func pin(_ host: HostID, to release: Digest, sequence: UInt64) throws(IllegalStep) {
        if quarantined.contains(release) { throw .isQuarantined(release) }
        // Who may only operate chooses among what was released, and releases nothing.
        guard releases.contains(release) else {
            throw IllegalStep(description: "release \(release.short) is neither a target nor promoted on any channel")
        }
        guard pins[host]?.release != release else {
            throw IllegalStep(description: "host '\(host)' is pinned to release \(release.short) already")
        }
        guard pins.count < Limits.pins || pins[host] != nil else {
            throw IllegalStep(description: "\(Limits.pins) hosts are pinned already")
        }
        pins[host] = Pin(release: release, decision: sequence)
    }

    /// For changes that move an open rollout on.
    private mutating func advance(
        _ name: ChannelName, at time: Instant, _ body: (inout ChannelState, OpenRollout) throws(IllegalStep) -> Void
    ) throws(IllegalStep) {
        try update(name) { (channel) throws(IllegalStep) in
            guard !channel.held else { throw held(name) }
            guard let rollout = channel.rollout else { throw noRollout(name) }
            if let until = channel.frozenUntil(at: time) { throw frozen(name, until) }
            try body(&channel, rollout)
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

private func frozen(_ name: ChannelName, _ until: Instant) -> IllegalStep {
    IllegalStep(description: "channel '\(name)' is frozen until \(until); wait, or lift the freeze")
}

private func noRollout(_ name: ChannelName) -> IllegalStep {
    IllegalStep(description: "channel '\(name)' has no rollout open")
}

extension [Digest] {
    fileprivate mutating func push(_ release: Digest) {
        removeAll { $0 == release }
        insert(release, at: 0)
        if count > Limits.history { removeLast() }
    }
}
