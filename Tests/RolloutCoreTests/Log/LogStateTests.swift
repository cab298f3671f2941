import RolloutCore
import Testing

@Suite struct LogStateTests {
    static let at = Instant(milliseconds: 1_800_000_000_000)
    static let stable: ChannelName = "stable"
    static let half = WaveSize(millionths: 500_000)

    /// The state after changes that are all legal, from record 1 on.
    static func state(_ changes: Change...) throws -> LogState {
        var state = LogState.empty
        for (index, change) in changes.enumerated() {
            state = try state.applying(change, sequence: UInt64(index + 1), at: Self.at)
        }
        return state
    }

    static func release(_ release: Digest, waves: [WaveSize] = [.everyone]) -> Change {
        .release(channel: stable, release: release, waves: waves)
    }

    static let waves = [half, .everyone].compactMap { $0 }

    @Test func theFirstReleaseOfAChannelIsForEveryone() throws {
        let state = try Self.state(Self.release(a, waves: Self.waves))
        #expect(state.channels[Self.stable] == ChannelState(target: a, decision: 1, promoted: [a]))
    }

    @Test func aReleaseInOneWaveIsPromotedAtOnce() throws {
        let state = try Self.state(Self.release(a), Self.release(b))
        #expect(state.channels[Self.stable] == ChannelState(target: b, decision: 2, promoted: [b, a]))
    }

    @Test func aReleaseInWavesOpensTheFirst() throws {
        let state = try Self.state(Self.release(a), Self.release(b, waves: Self.waves))
        let rollout = OpenRollout(id: 2, plan: RolloutPlan(sizes: Self.waves), openWave: 0, began: Self.at)
        #expect(state.channels[Self.stable] == ChannelState(target: b, decision: 2, rollout: rollout, promoted: [a]))
        #expect(state.channels[Self.stable]?.rollbackTarget == a)
    }

    @Test func openingAWaveAndPromotingKeepTheDecision() throws {
        let open = try Self.state(Self.release(a), Self.release(b, waves: Self.waves), .openWave(channel: Self.stable, wave: 1))
        #expect(open.channels[Self.stable]?.rollout?.openWave == 1)
        let promoted = try open.applying(.promote(channel: Self.stable), sequence: 4, at: Self.at)
        #expect(promoted.channels[Self.stable] == ChannelState(target: b, decision: 2, promoted: [b, a]))
    }

    @Test func rollingBackTwiceGoesFurtherBack() throws {
        let c3 = try Self.state(Self.release(a), Self.release(b), Self.release(c))
        let back = try c3.applying(.rollBack(channel: Self.stable, to: b), sequence: 4, at: Self.at)
        #expect(back.channels[Self.stable] == ChannelState(target: b, decision: 4, promoted: [b, a]))
        #expect(back.channels[Self.stable]?.rollbackTarget == a)
    }

    @Test func rollingBackIsAllowedWhileHeld() throws {
        let held = try Self.state(Self.release(a), Self.release(b), .hold(channel: Self.stable))
        let back = try held.applying(.rollBack(channel: Self.stable, to: a), sequence: 4, at: Self.at)
        #expect(back.channels[Self.stable]?.target == a)
        #expect(back.channels[Self.stable]?.held == true)
    }

    @Test func quarantiningTheTargetReturnsToWhatWasPromotedBefore() throws {
        let state = try Self.state(Self.release(a), Self.release(b), .quarantine(release: b))
        #expect(state.channels[Self.stable] == ChannelState(target: a, decision: 3, promoted: [a]))
        #expect(state.quarantined == [b])
        #expect(state.defect == nil)
    }

    @Test func quarantiningTheOnlyReleaseLeavesTheChannelWithoutOne() throws {
        let state = try Self.state(Self.release(a), .quarantine(release: a))
        #expect(state.channels[Self.stable] == ChannelState(target: a, decision: 2, promoted: []))
        #expect(state.defect == nil)
        // With nothing for other hosts to run meanwhile, the next one is for everyone.
        let next = try state.applying(Self.release(b, waves: Self.waves), sequence: 3, at: Self.at)
        #expect(next.channels[Self.stable] == ChannelState(target: b, decision: 3, promoted: [b]))
    }

    @Test func aChannelRemembersABoundedNumberOfReleases() throws {
        var state = LogState.empty
        for number in 1...UInt64(Limits.history + 5) {
            state = try state.applying(Self.release(digest(Int(number))), sequence: number, at: Self.at)
        }
        #expect(state.channels[Self.stable]?.promoted.count == Limits.history)
        #expect(state.defect == nil)
    }

    @Test func anAppHasABoundedNumberOfChannels() throws {
        var state = LogState.empty
        for number in 1...Limits.channels {
            let name = try #require(ChannelName("c\(number)"))
            state = try state.applying(
                .release(channel: name, release: a, waves: [.everyone]), sequence: UInt64(number), at: Self.at)
        }
        #expect(throws: IllegalStep.self) { try state.applying(Self.release(a), sequence: 65, at: Self.at) }
    }

    static let released: [Change] = [release(a), release(b)]
    static let rolling: [Change] = [release(a), release(b, waves: waves)]

    @Test(
        arguments: [
            ([], .openWave(channel: stable, wave: 1)), ([], .promote(channel: stable)), ([], .hold(channel: stable)),
            ([], .resume(channel: stable)), ([], .rollBack(channel: stable, to: a)), ([], release(a, waves: [])),
            (released, .openWave(channel: stable, wave: 1)), (released, .promote(channel: stable)),
            (released, .resume(channel: stable)),
            (released, .rollBack(channel: stable, to: b)), (released, .rollBack(channel: stable, to: c)),
            (rolling, .openWave(channel: stable, wave: 0)), (rolling, .openWave(channel: stable, wave: 2)),
            (rolling, .openWave(channel: stable, wave: -1)), (rolling, .rollBack(channel: stable, to: b)),
            (rolling + [.openWave(channel: stable, wave: 1)], .openWave(channel: stable, wave: 2)),
            (rolling + [.hold(channel: stable)], .openWave(channel: stable, wave: 1)),
            (rolling + [.hold(channel: stable)], .promote(channel: stable)), (rolling + [.hold(channel: stable)], release(c)),
            (rolling + [.hold(channel: stable)], .hold(channel: stable)),
            (released + [.quarantine(release: b)], .quarantine(release: b)), (released + [.quarantine(release: b)], release(b)),
            (released + [.quarantine(release: a)], .rollBack(channel: stable, to: a)),
            (released, release(c, waves: [half, half, .everyone].compactMap { $0 })),
            (released, release(c, waves: [half].compactMap { $0 })),
            (released, release(c, waves: (0..<101).compactMap { WaveSize(millionths: 1_000_000 - 100 + $0) })),
        ] as [([Change], Change)])
    func anIllegalChangeIsRefusedWithAReason(before: [Change], change: Change) throws {
        var state = LogState.empty
        for (index, change) in before.enumerated() {
            state = try state.applying(change, sequence: UInt64(index + 1), at: Self.at)
        }
        let error = #expect(throws: IllegalStep.self) {
            try state.applying(change, sequence: UInt64(before.count + 1), at: Self.at)
        }
        #expect(error?.description.isEmpty == false)
    }

    @Test func statesThatNoLogLeadsToAreDefective() throws {
        func state(_ channel: ChannelState, quarantined: [Digest] = []) -> LogState {
            LogState(channels: [Self.stable: channel], quarantined: quarantined)
        }
        let rollout = OpenRollout(id: 1, plan: RolloutPlan(sizes: Self.waves), openWave: 0, began: Self.at)
        #expect(state(ChannelState(target: a, decision: 1, promoted: [a])).defect == nil)
        #expect(state(ChannelState(target: a, decision: 1, promoted: [b])).defect != nil)
        #expect(state(ChannelState(target: a, decision: 1, promoted: [])).defect != nil)
        #expect(state(ChannelState(target: a, decision: 1, promoted: [a, b, b])).defect != nil)
        #expect(state(ChannelState(target: a, decision: 1, promoted: [a, b]), quarantined: [b]).defect != nil)
        #expect(state(ChannelState(target: a, decision: 1, promoted: [a]), quarantined: [b, b]).defect != nil)
        #expect(state(ChannelState(target: b, decision: 1, rollout: rollout, promoted: [a]), quarantined: [b]).defect != nil)
        for open in [-1, 2] {
            let beyond = OpenRollout(id: 1, plan: RolloutPlan(sizes: Self.waves), openWave: open, began: Self.at)
            #expect(state(ChannelState(target: b, decision: 1, rollout: beyond, promoted: [a])).defect != nil)
        }
        let many = (0...Limits.history).map { Digest(bytes: [UInt8(0), UInt8($0)] + Array(repeating: 0, count: 30)) }
        #expect(state(ChannelState(target: many[0], decision: 1, promoted: many)).defect != nil)
    }
}
