import RolloutCore

/// The coordinators: the agent's own pass over the simulated volume, with its faults.
extension FleetSimulation {
    func coordinate(_ index: Int) {
        let host = hosts[coordinators[index].host]
        guard host.isUp(at: now), host.sees(at: now), goneUntil.map({ $0 <= now }) ?? true else { return }
        if let delayed = coordinators[index].delayed {
            guard delayed.at <= now else { return }
            coordinators[index].delayed = nil
            append(delayed.change, after: delayed.head, by: host)
            return
        }
        let clock = now + host.skew
        guard coordinators[index].lastPass.map({ clock - $0 >= .seconds(4) }) ?? true else { return }
        coordinators[index].lastPass = clock
        if coordinators[index].began != host.began, mutation != .judgesUnwatched {
            coordinators[index].restart(coordinator, on: host)
        }
        var pass = coordinators[index].pass
        let outcome: CoordinatorPass.Outcome
        do throws(CoordinationError) {
            outcome = try pass.run(at: SimulatedPlace(self, coordinator: index), now: clock, rank: Self.rank)
        } catch {
            // It is slow.
            return coordinators[index].pass = pass
        }
        coordinators[index].pass = pass
        guard case .decided(let decisions, _) = outcome, let decision = decisions[Self.channel], decision.change == nil else {
            return
        }
        if mutation == .resumesWhatIsHeld, decision.verdict == .held, let head = coordinators[index].log.accepted {
            append(.resume(channel: Self.channel), after: head, by: host)
            return
        }
        note("\(host.id) coordinates: \(decision.reason)")
    }

    /// What a coordinator decided: it is judged, and then written, now or late.
    func propose(
        _ change: Change, after head: AcceptedHead, why: String, by index: Int
    ) throws(CoordinationError) -> AppendOutcome {
        let host = hosts[coordinators[index].host]
        note("\(host.id) decides: \(why)")
        if head.sequence == entries.last?.record.sequence { judge(change, by: index) }
        guard violation == nil else { return .superseded }
        let told = slowWrites.removeValue(forKey: host.id)
        if told != nil || faultsHappen && chance(15) {
            let time = told ?? .seconds(Int64.random(in: 1...20, using: &random))
            coordinators[index].delayed = (now + time, change, head)
            throw CoordinationError("the volume does not answer in time")
        }
        return append(change, after: head, by: host) ? .appended(head.sequence + 1) : .superseded
    }

    /// The lease as a coordinator sees it. Now and then two believe that they hold it.
    func seenLease(by host: SimulatedFleetHost, at clock: Instant) -> CoordinatorLease? {
        guard let lease, lease.holder != host.id else { return lease }
        if leasesAreLost { return nil }
        if mutation == .keepsLeases { return CoordinatorLease(holder: lease.holder, until: clock + CoordinatorLease.duration) }
        return faultsHappen && chance(15) ? nil : lease
    }

    func readLog(_ index: Int) {
        // A stale directory shows fewer records.
        let visible = faultsHappen && chance(10) ? max(entries.count - 1, 1) : entries.count
        let accepted = Int(coordinators[index].log.accepted?.sequence ?? 0)
        guard accepted < visible else { return }
        let clock = now + hosts[coordinators[index].host].skew
        for entry in entries[accepted..<visible] {
            do throws(TrustRefusal) {
                try coordinators[index].log.accept(entry, now: clock)
            } catch {
                violation = "a coordinator refuses the log: \(error)"
                return
            }
        }
    }

    /// What hosts say, as this reader sees it: some of it old, some of it torn.
    func readStatuses(at clock: Instant) -> [HostReport] {
        hosts.compactMap { host in
            guard var report = host.written.last else { return nil }
            guard faultsHappen else { return report }
            if chance(3) {
                var torn = HostReport(host: host.id, app: Self.app, channel: Self.channel, updated: clock)
                torn.unreadable = "it is damaged"
                return torn
            }
            if chance(20), host.lie == nil {
                let age = Self.skew * 2 + .seconds(Int64.random(in: 0...4, using: &random))
                let limit = clock + (.zero - age)
                report = host.written.last { $0.updated <= limit } ?? report
            }
            return report
        }
    }

    /// Writes a record after `head`, if its number is not taken.
    @discardableResult
    private func append(_ change: Change, after head: AcceptedHead, by host: SimulatedFleetHost) -> Bool {
        guard let last = entries.last else { return false }
        if last.record.sequence != head.sequence || last.digest != head.digest {
            guard mutation == .overwritesRecords else {
                note("\(host.id) was too late")
                return false
            }
            entries.removeAll { $0.record.sequence > head.sequence }
            state = head.state
        }
        write(change, by: host.id.description, clock: now + host.skew, signer: Self.coordinatorKey)
        return true
    }

    /// Writes a record as the next one. A change that is not legal is not written; nobody who knows the state proposes one.
    func write(_ change: Change, by who: String, clock: Instant, signer: String) {
        let sequence = (entries.last?.record.sequence ?? 0) + 1
        let time = max(clock, entries.last?.record.time ?? clock)
        guard let volume = VolumeID("00000000-0000-0000-0000-000000000000") else { return }
        do throws(IllegalStep) {
            state = try state.applying(change, sequence: sequence, at: time)
        } catch {
            if signer == Self.coordinatorKey { violation = "the coordinator proposes what is not legal: \(error)" }
            return
        }
        note("record \(sequence) by \(who): \(words(change))")
        let record = Record(
            volume: volume, app: Self.app, sequence: sequence, previous: entries.last?.digest, time: time, who: who,
            message: "", change: change, state: state)
        let digest = FleetRelease.digest(Int(sequence) << 16 + Int(UInt16(truncatingIfNeeded: now.milliseconds)), kind: 2)
        entries.append(LogEntry(record: record, digest: digest, signers: [signer]))
        remember(change)
    }

    private func remember(_ change: Change) {
        guard let channel = state.channels[Self.channel] else { return }
        if let rollout = channel.rollout {
            rollouts[rollout.id] = (channel.target, rollout)
            // With nothing else left to run, it is for everyone.
            if channel.promoted.isEmpty { promotions.insert(rollout.id) }
        } else if case .promote = change {
            promotions.insert(channel.decision)
        }
    }
}
