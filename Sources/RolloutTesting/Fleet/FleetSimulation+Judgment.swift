import RolloutCore

/// What somebody who sees everything holds the fleet to.
extension FleetSimulation {
    private func ago(_ time: Duration) -> Instant { now + (.zero - time) }

    // MARK: Each host, always

    /// At most the open waves' hosts ever try what is not promoted.
    func judge(_ host: SimulatedFleetHost) {
        for slot in [host.deployment.serving, host.deployment.candidate].compactMap({ $0 }) {
            guard let known = rollouts[slot.target.decision], known.release == slot.release,
                !promotions.contains(slot.target.decision), state.pins[host.id] == nil,
                host.log.accepted?.state.pins[host.id] == nil
            else { continue }
            let rank = Self.rank(of: host.id, inRollout: slot.target.decision)
            if !known.rollout.admits(rank: rank, labels: host.labels) {
                violation = "\(host.id) runs \(name(slot.release)), and no wave has let it in"
            }
        }
    }

    // MARK: What the coordinator decides

    func judge(_ change: Change, by index: Int) {
        guard let channel = state.channels[Self.channel], let rollout = channel.rollout else { return }
        let who = hosts[coordinators[index].host].id
        switch change {
        case .openWave, .promote: judgeAdvance(change, channel, rollout, by: coordinators[index])
        case .quarantine(let release):
            if natures[release] == .good, hosts.allSatisfy({ $0.lie == nil }), !hasLost(rollout.plan) {
                violation = "\(who) takes back \(name(release)), which is good"
            }
        default: violation = "\(who) wants to \(change.kind.rawValue)"
        }
    }

    /// Whether the plan takes silence for failure, and a host was silent by its own doing, not the volume's.
    private func hasLost(_ plan: RolloutPlan) -> Bool {
        guard let limit = plan.lostAfter else { return false }
        return hosts.contains {
            $0.lie == nil && !$0.isFleeting && now - $0.ableAt > HostReport.freshness && isSilent($0, for: limit)
        }
    }

    private func isSilent(_ host: SimulatedFleetHost, for time: Duration) -> Bool {
        host.written.last.map { now - $0.updated + Self.skew + Self.skew > time } ?? false
    }

    private func judgeAdvance(
        _ change: Change, _ channel: ChannelState, _ rollout: OpenRollout, by coordinator: SimulatedCoordinator
    ) {
        let target = Target(release: channel.target, decision: channel.decision)
        guard let wave = rollout.openWave.map({ rollout.plan.waves[$0] }) else { return }
        if now - rollout.since + .seconds(8) < wave.bake {
            violation = "the next wave opens \((now - rollout.since).text) after the one before, which bakes \(wave.bake.text)"
        }
        if case .promote = change { judgePromotion(target, wave) }
        let mattering = hosts.filter { host in
            host.lie == nil && state.pins[host.id] == nil
                && rollout.admits(rank: Self.rank(of: host.id, inRollout: rollout.id), labels: host.labels)
        }
        let hasListened = coordinator.looks.map { now - $0.first > HostReport.freshness } ?? false
        let failures = mattering.filter { host in
            hasVisiblyFailed(host, target, rollout.plan) || hasListened && isLost(host, target, rollout.plan, wave)
        }
        if failures.count > rollout.plan.maxFailures {
            violation =
                "it goes on with \(name(target.release)), and \(failures.map { "\($0.id)" }) have failed with it; "
                + "\(rollout.plan.maxFailures) may"
        }
        if let host = mattering.first(where: { isVisiblyMoving($0, target, rollout) }) {
            violation = "it goes on with \(name(target.release)), and \(host.id) is not there yet"
        }
        judgeLoss(target, mattering)
        judgeBake(target, wave, mattering)
        judgeUnavailability(rollout)
        judgeSample(target, rollout, mattering)
    }

    /// Whether it took the release and then, before that had baked, fell silent for longer than the plan waits for a word.
    private func isLost(_ host: SimulatedFleetHost, _ target: Target, _ plan: RolloutPlan, _ wave: Wave) -> Bool {
        guard let limit = plan.lostAfter, !host.isFleeting, isSilent(host, for: limit), let last = host.written.last else {
            return false
        }
        if last.attempting == target { return true }
        return last.serving == target && last.servingSince.map { last.updated - $0 < wave.bake } ?? true
    }

    /// Nobody has said a word for it, and who took it died.
    private func judgeLoss(_ target: Target, _ admitted: [SimulatedFleetHost]) {
        guard hosts.allSatisfy({ $0.lie == nil }) else { return }
        let dead = admitted.filter { host in
            guard !host.isFleeting, let last = host.written.last else { return false }
            return isSilent(host, for: HostReport.freshness + Self.staleness)
                && (last.attempting == target || last.serving == target)
        }
        let serving = hosts.filter { host in
            !dead.contains { $0 === host } && host.written.suffix(6).contains { $0.serving == target }
        }
        if let host = dead.first, serving.isEmpty {
            violation = "it goes on with \(name(target.release)); no host serves it, and \(host.id) died when it took it"
        }
    }

    /// Somebody who serves it must have done so all the time; one who began anew has not.
    private func judgeBake(_ target: Target, _ wave: Wave, _ admitted: [SimulatedFleetHost]) {
        let serving = admitted.filter { host in
            // Of one that had been gone for long a moment ago, nobody knows yet.
            let isKnown = visible(host).map { $0.updated > ago(.seconds(60)) } ?? false
            return isKnown && !host.isFleeting && host.serving?.release == target.release
                && host.written.last?.serving == target
        }
        guard let first = serving.compactMap({ $0.serving?.since }).min(), hosts.allSatisfy({ $0.lie == nil }) else { return }
        if serving.count == admitted.count, now - first + .seconds(8) < wave.bake {
            violation =
                "it goes on, and who serves longest has done so for \((now - first).text); the bake is \(wave.bake.text)"
        }
    }

    /// One who lies must not promote alone.
    private func judgePromotion(_ target: Target, _ wave: Wave) {
        let honest = hosts.filter { $0.lie == nil && $0.deployment.record.serving == target }
        if honest.isEmpty { violation = "\(name(target.release)) is promoted, and no host serves it" }
        let serving = hosts.filter { host in
            host.written.suffix(6).contains { $0.serving == target && $0.app == Self.app }
        }
        let known = hosts.filter { host in
            state.pins[host.id] == nil && !host.isFleeting && (host.written.last?.began ?? now) < ago(.seconds(70))
                && isHeardOf(host, since: rollouts[target.decision]?.rollout.began ?? now)
        }
        if 2 * serving.count < known.count {
            violation = "\(name(target.release)) is promoted, and only \(serving.count) of \(known.count) serve it"
        }
    }

    private func isHeardOf(_ host: SimulatedFleetHost, since: Instant) -> Bool {
        guard let last = host.written.last, last.app == Self.app else { return false }
        return last.updated > since + Self.skew + Self.skew
    }

    /// What it has written that long ago, whoever reads its status knows.
    private func visible(_ host: SimulatedFleetHost) -> HostReport? {
        let limit = ago(Self.staleness + Self.skew * 2)
        return host.written.last { $0.updated <= limit }
    }

    private func hasVisiblyFailed(_ host: SimulatedFleetHost, _ target: Target, _ plan: RolloutPlan) -> Bool {
        guard let report = visible(host) else { return false }
        if report.refused.contains(where: { $0.release == target.release && $0.decision == target.decision }) { return true }
        guard let policy = plan.evidence, report.serving == target, !host.isFleeting, let sample = report.evidence?.current,
            sample.release == target.release, sample.requests >= UInt64(policy.minimum)
        else { return false }
        // It may have begun anew since, and its numbers with it.
        guard host.began + Self.skew < report.updated, host.written.last?.serving == target,
            now - (host.written.last?.updated ?? now) < .seconds(60)
        else { return false }
        switch natures[target.release] {
        case .erring: return report.evidence?.previous.map { natures[$0.release] == .good } ?? true
        case .slow:
            return report.evidence?.previous.map {
                natures[$0.release] != .slow && $0.requests >= UInt64(policy.minimum)
            } ?? false
        default: return false
        }
    }

    private func isVisiblyMoving(_ host: SimulatedFleetHost, _ target: Target, _ rollout: OpenRollout) -> Bool {
        guard !host.isFleeting, let report = visible(host), let last = host.written.last else { return false }
        let isThere = [report, last].contains { report in
            report.serving == target
                || report.refused.contains { $0.release == target.release && $0.decision == target.decision }
        }
        guard !isThere, report.updated > ago(.seconds(60)), last.began == report.began else { return false }
        let isOld = (report.began ?? now) + .seconds(8) < rollout.since
        return isOld && now - rollout.since + .seconds(10) < rollout.plan.patience
    }

    private func judgeUnavailability(_ rollout: OpenRollout) {
        let silent = hosts.filter { host in
            guard state.pins[host.id] == nil, !host.isFleeting, let last = host.written.last else { return false }
            // Such a status is seen at once.
            if host.lie == .future { return host.written.count > 1 && now - (visible(host)?.updated ?? now) > .zero }
            // What it says of an older record than the coordinator's newest is not looked up.
            if host.lie == .otherLog { return entries.last.map { $0.record.time < ago(Self.staleness + Self.skew) } ?? false }
            let limit = HostReport.freshness + Self.staleness + Self.skew + Self.skew
            return host.lie == nil && now - last.updated > limit && last.updated > rollout.began + Self.skew + Self.skew
        }
        if silent.count > rollout.plan.maxUnavailable.allowance(of: hosts.count) {
            violation =
                "it goes on, and \(silent.map { "\($0.id)" }) are unavailable; at most \(rollout.plan.maxUnavailable) may be"
        }
    }

    private func judgeSample(_ target: Target, _ rollout: OpenRollout, _ admitted: [SimulatedFleetHost]) {
        guard let policy = rollout.plan.evidence, policy.insufficient == .wait, hosts.allSatisfy({ $0.lie == nil }) else {
            return
        }
        let serving = admitted.filter { host in
            guard let report = host.written.last, report.serving == target, visible(host)?.serving == target else {
                return false
            }
            return report.leaseUntil.map { $0 > now + Self.skew + Self.skew } ?? true
        }
        let requests = hosts.reduce(0) { sum, host in
            sum
                + host.written.suffix(4).reduce(0) { best, report in
                    let sample = report.evidence?.current
                    return max(best, sample?.release == target.release ? sample?.requests ?? 0 : 0)
                }
        }
        if !serving.isEmpty, requests < UInt64(policy.minimum) {
            violation = "it goes on after \(requests) requests, a verdict needs \(policy.minimum)"
        }
    }

    // MARK: The end

    /// The first host that is not where the log wants it.
    var restlessHost: SimulatedFleetHost? {
        guard let channel = state.channels[Self.channel] else { return nil }
        return hosts.first { host in
            guard host.lie == nil, !host.isGone else { return false }
            let wanted = state.pins[host.id]?.release ?? channel.target
            guard let release = releases.first(where: { $0.digest == wanted }), release.passes(zone: host.labels["zone"]),
                !state.quarantined.contains(wanted)
            else { return false }
            return host.serving?.release != wanted
        }
    }

    /// Whether at least half of those who have a say will speak for the release. With less, people have to decide.
    private func canPromote(_ target: Digest) -> Bool {
        let voters = hosts.filter { !$0.isFleeting && !$0.isGone && state.pins[$0.id] == nil && $0.lie != .otherApp }
        let good = voters.filter { host in
            let isGood = releases.first { $0.digest == target }?.passes(zone: host.labels["zone"]) ?? false
            return host.lie == .success || host.lie == nil && isGood && ![.erring, .slow].contains(natures[target])
        }
        return !voters.isEmpty && 2 * good.count >= voters.count
    }

    /// Whether nobody was let in but who lies: then people have to decide, too.
    private func isLedByLiars(_ rollout: OpenRollout) -> Bool {
        let leading = hosts.filter { host in
            !host.isFleeting && !host.isGone && state.pins[host.id] == nil
                && rollout.admits(rank: Self.rank(of: host.id, inRollout: rollout.id), labels: host.labels)
        }
        return !leading.isEmpty && leading.allSatisfy { $0.lie != nil }
    }

    func judgeRest() {
        guard let channel = state.channels[Self.channel] else { return }
        if let rollout = channel.rollout {
            // Strict by choice: nobody may be unavailable, and a liar is.
            let isStrict = rollout.plan.maxUnavailable == .nothing && hosts.contains { $0.lie != nil }
            let hasNoWayBack = !channel.promoted.contains { $0 != channel.target }
            if isStrict || hasNoWayBack || !canPromote(channel.target) || isLedByLiars(rollout) { return }
            violation = "the rollout of \(name(channel.target)) never ends"
        } else if let host = restlessHost {
            violation = "\(host.id) should serve \(name(channel.target)), and serves \(name(host.serving?.release))"
        }
    }
}
