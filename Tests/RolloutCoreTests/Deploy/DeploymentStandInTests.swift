import RolloutCore
import Testing

/// What a host does that serves nothing yet, when its target fails.
@Suite struct DeploymentStandInTests {
    static let both = [true, false]

    /// A host that has served nothing, told to run `c`, with `b` and `a` promoted before it.
    private func newHost(sideBySide: Bool = true) -> ScriptedHost {
        let host = ScriptedHost(sideBySide: sideBySide)
        plan(host)
        return host
    }

    /// Hands in what the planner makes of what the host remembers.
    @discardableResult
    private func plan(_ host: ScriptedHost) -> [DeploymentAction] {
        let state = LogState(
            channels: ["stable": ChannelState(target: c, decision: 3, promoted: [c, b, a])], quarantined: [])
        let decision = Planner(channel: "stable").decide(state, refused: host.saved.refused) { _ in 0 }
        return host.send(.decided(decision, head: nil))
    }

    /// Fails to start for good.
    private func failForGood(_ release: Digest, _ host: ScriptedHost) {
        for attempt in 1...host.rules.attempts {
            if attempt > 1 { host.pass(.seconds(60)) }
            host.send(.materialized(release))
            host.send(.failed(host.backend(release), reason: "exit 1"))
        }
    }

    @Test(arguments: both) func itRefusesTheTargetAndServesTheNewestPromotedRelease(sideBySide: Bool) {
        let host = newHost(sideBySide: sideBySide)
        failForGood(c, host)
        #expect(host.deployment.candidate?.release == b)
        // Not yet: that all of them fail may have another reason.
        #expect(host.refused.isEmpty)
        // Looking again changes nothing.
        #expect(plan(host).isEmpty)
        host.bringUp(b)
        #expect(host.serving == b)
        #expect(host.refused == [Target(release: c, decision: 3)])
        plan(host)
        host.pass(.seconds(10))
        #expect(host.serving == b && host.saved.proven == [b] && host.deployment.candidate == nil)
    }

    @Test func itPassesOverAStandInThatFailsToo() {
        let host = newHost()
        failForGood(c, host)
        failForGood(b, host)
        host.bringUp(a)
        #expect(host.serving == a)
        #expect(Set(host.refused) == [Target(release: c, decision: 3), Target(release: b, decision: 3)])
    }

    @Test func whenAllFailItBeginsAnewWithTheTargetAfterGrowingPausesAndRefusesNothing() {
        let host = newHost()
        var pauses: [Duration] = []
        for _ in 0..<8 {
            for release in [c, b, a] { failForGood(release, host) }
            #expect(host.deployment.candidate?.release == c)
            guard case .waiting(let until)? = host.deployment.candidate?.phase else {
                Issue.record("it does not wait")
                return
            }
            pauses.append(until - host.now)
            #expect(plan(host).isEmpty)
            #expect(host.pass(until - host.now).copies == [c])
        }
        #expect(pauses == [4, 8, 16, 32, 60, 60, 60, 60].map { .seconds($0) })
        #expect(host.refused.isEmpty && host.saved.suspects == nil)
        host.bringUp(c)
        #expect(host.serving == c)
    }

    @Test(arguments: both) func aRestartGoesOnWithTheStandIn(sideBySide: Bool) {
        let host = newHost(sideBySide: sideBySide)
        failForGood(c, host)
        host.restart()
        #expect(plan(host).copies == [b])
        host.bringUp(b)
        #expect(host.refused == [Target(release: c, decision: 3)])
    }

    @Test func aReleaseThatEndsTheAgentIsPassedOver() {
        let host = newHost()
        for _ in 0..<host.rules.interruptions {
            host.restart()
            plan(host)
        }
        #expect(host.deployment.candidate?.release == b)
    }

    @Test func aNewDecisionTriesItAgain() {
        let host = newHost()
        failForGood(c, host)
        #expect(host.decide(c, 4).copies == [c])
        #expect(host.saved.suspects == nil)
    }

    @Test func troubleWithTheVolumePassesNothingOver() {
        let host = newHost()
        for _ in 0..<10 {
            host.send(.materializeFailed(c, .environment, reason: "no answer"))
            host.pass(.seconds(60))
        }
        #expect(host.deployment.candidate?.release == c && host.saved.suspects == nil)
    }

    @Test func aGateThatTurnsTheTargetAwayLetsAnOlderOneIn() {
        let host = ScriptedHost(gated: true)
        plan(host)
        let asked = host.bringUp(c).asks
        host.send(.gateFailed(asked.first ?? host.backend(c), .release, reason: "no"))
        #expect(plan(host).copies == [b])
    }

    @Test func aFirstReleaseThatDoesNotStayUpGivesWayToAnOlderOne() {
        let host = newHost()
        host.bringUp(c)
        _ = host.crash(c)
        for _ in 0..<2 {
            host.send(.materialized(c))
            host.send(.failed(host.backend(c), reason: "gone"))
            host.pass(.seconds(60))
        }
        host.bringUp(b)
        #expect(host.serving == b)
        #expect(host.refused == [Target(release: c, decision: 3)])
    }

    @Test func whatTheGateNeverLetInIsNoFallback() {
        let host = ScriptedHost(gated: true)
        plan(host)
        let asked = host.bringUp(c).asks
        host.send(.gatePassed(asked.first ?? host.backend(c)))
        #expect(host.serving == c)
        for _ in 0..<4 {
            host.send(.exited(host.backend(c), reason: "exit 1"))
            host.pass(.seconds(60))
            host.bringUp(c)
        }
        #expect(host.deployment.fallback == nil)
    }

    @Test func thePlannerOffersWhatIsNeitherRefusedNorQuarantined() {
        let state = LogState(
            channels: ["stable": ChannelState(target: c, decision: 3, promoted: [c, b, a])], quarantined: [b])
        let refusal = Refusal(release: c, decision: 3, reason: "It crashed.", at: ScriptedHost.start)
        let decision = Planner(channel: "stable").decide(state, refused: [refusal]) { _ in 0 }
        #expect(decision.target == nil)
        #expect(decision.standIns == [Target(release: a, decision: 3)])
        #expect(decision.reason(serving: nil).contains("moves to \(a.short), the newest promoted release"))
        #expect(decision.reason(serving: a).contains("Meanwhile it serves \(a.short)"))
        #expect(decision.reason(serving: b) == decision.reason)
    }
}
