import RolloutCore
import Testing

/// A new target, or an old one again, while the host is on its way.
@Suite struct DeploymentSupersedeTests {
    @Test func aTargetSupersededWhileItIsCopiedIsDropped() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        #expect(host.decide(c, 3) == [.cancelMaterialize(b), .materialize(c)])
        #expect(host.send(.materialized(b)).isEmpty)
        #expect(host.saved.attempt?.target == Target(release: c, decision: 3))
    }

    @Test func aTargetSupersededWhileItStartsIsKilled() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.send(.materialized(b))
        let starting = host.backend(b)
        #expect(host.decide(c, 3) == [.kill(starting), .materialize(c)])
        #expect(host.send(.ready(starting)).isEmpty)
        #expect(host.serving == a)
    }

    @Test func inPlaceTheOldOneIsRestoredWhenItsSuccessorIsDropped() {
        let host = ScriptedHost(sideBySide: false)
        host.prove(a, 1)
        host.decide(b, 2)
        host.send(.materialized(b))
        let starting = host.backend(b)
        #expect(host.decide(a, 3) == [.kill(starting), .materialize(a)])
        #expect(host.send(.materialized(a)) == [.swapCurrent(a), .start(host.backend(a))])
    }

    @Test(arguments: [true, false]) func aReleaseSupersededInItsBakeIsNoFallback(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        let baking = host.backend(b)
        host.decide(c, 3)
        #expect(host.bringUp(c).ends == [baking])
        #expect(host.saved.probation?.fallback?.release == a)
        _ = host.crash(c)
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: c, decision: 3)])
    }

    @Test func rollingBackInTheBakeIsImmediateAndRefusesNothing() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        let old = host.backend(a)
        host.bringUp(b)
        let new = host.backend(b)
        #expect(host.decide(a, 3) == [.switchTraffic(to: old, fallback: nil), .swapCurrent(a), .retire(new)])
        #expect(host.saved.serving == Target(release: a, decision: 3))
        #expect(host.saved.probation == nil)
        #expect(host.refused.isEmpty)
    }

    @Test func inPlaceRollingBackInTheBakeServesUntilTheOldCopyIsVerified() {
        let host = ScriptedHost(sideBySide: false)
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        let new = host.backend(b)
        #expect(host.decide(a, 3) == [.materialize(a)])
        #expect(host.send(.materialized(a)).ends == [new])
        host.send(.ready(host.backend(a)))
        #expect(host.serving == a)
    }

    @Test func rollingBackToWhatIsNotUpMovesTrafficOnlyWhenItIs() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        _ = host.crash(a)
        #expect(host.decide(a, 3).traffic == nil)
        #expect(host.serving == b)
        host.pass(.seconds(1))
        #expect(host.bringUp(a).traffic == host.backend(a))
        #expect(host.serving == a)
    }

    @Test func aFallbackThatIsCalledForAndNeverComesUpIsRefused() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        _ = host.crash(a)
        host.decide(a, 3)
        for _ in 0..<2 {
            host.pass(.seconds(60))
            host.send(.materialized(a))
            host.send(.failed(host.backend(a), reason: "gone"))
        }
        #expect(host.refused == [Target(release: a, decision: 3)])
        #expect(host.serving == b)
        host.pass(.seconds(10))
        #expect(host.saved.proven.first == b)
    }

    @Test(arguments: [true, false]) func whatIsNoLongerCalledBackIsTheFallbackAgain(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        if sideBySide { _ = host.crash(a) }
        host.decide(a, 3)
        #expect(host.deployment.candidate?.release == a)
        host.decide(c, 4)
        #expect(host.saved.probation?.fallback?.release == a)
        #expect(host.deployment.fallback?.release == a)
        _ = host.crash(b)
        if sideBySide {
            host.pass(.seconds(1))
            host.bringUp(a)
        }
        #expect(host.serving == a)
    }

    @Test func theFirstReleaseIsTheFallbackEvenUnproven() {
        let host = ScriptedHost()
        host.decide(a, 1)
        host.bringUp(a)
        host.decide(b, 2)
        host.bringUp(b)
        _ = host.crash(b)
        #expect(host.serving == a)
        // Its own bake goes on.
        #expect(host.saved.probation == Probation(fallback: nil, until: host.now + .seconds(10)))
    }

    @Test func quarantineWithNothingElseToRunDropsTheCandidateAndServesOn() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        #expect(host.decide(nil, 0) == [.cancelMaterialize(b)])
        #expect(host.serving == a)
        #expect(host.deployment.serving?.ready != nil)
    }
}
