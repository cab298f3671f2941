import RolloutCore
import Testing

/// What a host does when nothing but the releases goes wrong.
@Suite struct DeploymentTests {
    static let both = [true, false]

    @Test func theFirstReleaseIsCopiedStartedAndServed() {
        let host = ScriptedHost()
        #expect(host.decide(a, 1) == [.materialize(a)])
        let backend = BackendID(release: a, generation: 1)
        #expect(host.send(.materialized(a)) == [.start(backend)])
        #expect(
            host.send(.ready(backend)) == [
                .switchTraffic(to: backend, fallback: nil), .swapCurrent(a), .wake(at: host.now + .seconds(10)),
            ])
        #expect(host.saved.serving == Target(release: a, decision: 1))
    }

    @Test func anUpgradeSwitchesOnlyWhenTheNewBackendIsReady() {
        let host = ScriptedHost()
        host.prove(a, 1)
        let old = host.backend(a)
        #expect(host.decide(b, 2).traffic == nil)
        #expect(host.send(.materialized(b)).traffic == nil)
        let new = host.backend(b)
        let actions = host.send(.ready(new))
        #expect(actions.first == .switchTraffic(to: new, fallback: old))
        #expect(actions.swaps == [b])
        #expect(actions.ends.isEmpty)
    }

    @Test func inPlaceTheOldOneEndsOnlyWhenTheNewCopyIsVerified() {
        let host = ScriptedHost(sideBySide: false)
        host.prove(a, 1)
        let old = host.backend(a)
        #expect(host.decide(b, 2) == [.materialize(b)])
        let actions = host.send(.materialized(b))
        #expect(actions == [.switchTraffic(to: nil, fallback: nil), .retire(old), .swapCurrent(b), .start(host.backend(b))])
        #expect(host.saved.serving?.release == a)
        #expect(host.send(.ready(host.backend(b))).first == .switchTraffic(to: host.backend(b), fallback: nil))
        #expect(host.saved.serving?.release == b)
    }

    @Test(arguments: both) func afterItsBakeAReleaseIsProvenAndTheOldOneEnds(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        let old = host.backend(a)
        host.decide(b, 2)
        host.bringUp(b)
        #expect(host.pass(.milliseconds(9999)).ends.isEmpty)
        #expect(host.saved.probation != nil)
        #expect(host.pass(.milliseconds(1)).ends == (sideBySide ? [old] : []))
        #expect(host.saved.probation == nil)
        #expect(host.saved.proven == [b, a])
    }

    @Test(arguments: both) func aCrashInTheBakeGoesBackAndRefuses(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        let old = host.backend(a)
        host.decide(b, 2)
        host.bringUp(b)
        let actions = host.crash(b)
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: b, decision: 2)])
        if sideBySide {
            #expect(actions == [.switchTraffic(to: old, fallback: nil), .swapCurrent(a)])
        } else {
            #expect(actions == [.materialize(a), .switchTraffic(to: nil, fallback: nil)])
            #expect(host.send(.materialized(a)) == [.swapCurrent(a), .start(host.backend(a))])
        }
    }

    @Test(arguments: both) func anUnhealthyReleaseIsGivenUpInItsBakeOnly(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        #expect(host.send(.foundUnhealthy(host.backend(a), reason: "500")).isEmpty)
        host.decide(b, 2)
        host.bringUp(b)
        let bad = host.backend(b)
        #expect(host.send(.foundUnhealthy(bad, reason: "500")).ends == [bad])
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: b, decision: 2)])
    }

    @Test(arguments: both) func aReleaseThatDoesNotStartIsTriedAgainThenRefused(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        host.decide(b, 2)
        host.send(.materialized(b))
        let first = host.send(.failed(host.backend(b), reason: "no port"))
        #expect(first.wake == host.now + .seconds(1))
        if !sideBySide { #expect(first.copies == [a]) }
        #expect(host.refused.isEmpty)
        #expect(host.pass(.seconds(1)).copies == [b])
        host.send(.materialized(b))
        host.send(.failed(host.backend(b), reason: "no port"))
        #expect(host.refused == [Target(release: b, decision: 2)])
        #expect(host.saved.attempt == nil)
        #expect(host.serving == a)
        if !sideBySide {
            host.bringUp(a)
            #expect(host.deployment.serving?.ready != nil)
        }
    }

    @Test func whatWasRefusedIsTriedOnlyUnderANewDecision() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        _ = host.crash(b)
        // Planned before the refusal was known.
        #expect(host.decide(b, 2).isEmpty)
        #expect(host.deployment.candidate == nil)
        #expect(host.decide(b, 3) == [.materialize(b)])
        host.bringUp(b)
        host.pass(.seconds(10))
        #expect(host.refused.isEmpty)
    }

    @Test func wrongContentIsRefusedWithoutTouchingWhatServes() {
        for sideBySide in [true, false] {
            let host = ScriptedHost(sideBySide: sideBySide)
            host.prove(a, 1)
            host.decide(b, 2)
            host.send(.materializeFailed(b, .release, reason: "digest"))
            host.pass(.seconds(1))
            let actions = host.send(.materializeFailed(b, .release, reason: "digest"))
            #expect(host.refused == [Target(release: b, decision: 2)])
            #expect(actions.traffic == nil && actions.ends.isEmpty && actions.copies.isEmpty)
        }
    }

    @Test func aStaleDecisionIsIgnored() throws {
        let host = ScriptedHost()
        let volume = try #require(VolumeID("00000000-0000-0000-0000-000000000001"))
        func head(_ sequence: UInt64) -> AcceptedHead {
            AcceptedHead(volume: volume, sequence: sequence, digest: digest(Int(sequence)), time: host.now, state: .empty)
        }
        func decided(_ release: Digest, _ sequence: UInt64) -> DeploymentEvent {
            .decided(Decision(target: Target(release: release, decision: sequence), reason: ""), head: head(sequence))
        }
        host.send(decided(b, 5))
        #expect(host.send(decided(a, 4)).isEmpty)
        #expect(host.saved.accepted?.sequence == 5)
        #expect(host.deployment.candidate?.release == b)
    }

    @Test(arguments: both) func theSameDecisionAgainDoesNothing(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        #expect(host.decide(a, 1).isEmpty)
        host.decide(b, 2)
        #expect(host.decide(b, 2).isEmpty)
        host.send(.materialized(b))
        #expect(host.decide(b, 2).isEmpty)
        host.send(.ready(host.backend(b)))
        #expect(host.decide(b, 2).isEmpty)
    }

    @Test func aStepThatWasNotSavedComesOutTheSameAgain() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        for event in [DeploymentEvent.materialized(b), .ready(BackendID(release: b, generation: 2)), .ticked] {
            var first = host.deployment
            var again = host.deployment
            #expect(first.handle(event, at: host.now) == again.handle(event, at: host.now))
            #expect(first == again)
            host.send(event)
        }
    }

    @Test func eventsThatComeBeforeTheBeginningBeginIt() {
        let host = ScriptedHost()
        host.prove(a, 1)
        var resumed = Deployment(resuming: host.saved, rules: ScriptedHost.rules, sideBySide: true, firstGeneration: 50)
        let decision = Decision(target: Target(release: a, decision: 1), reason: "")
        #expect(resumed.handle(.decided(decision, head: nil), at: host.now).actions == [.materialize(a)])
        #expect(resumed.handle(.began, at: host.now).actions.isEmpty)
    }

    @Test func eventsAboutWhatWasGivenUpChangeNothing() {
        let host = ScriptedHost()
        host.prove(a, 1)
        let before = host.deployment
        let stranger = BackendID(release: b, generation: 99)
        for event: DeploymentEvent in [
            .materialized(b), .materialized(a), .materializeFailed(b, .release, reason: ""), .ready(stranger),
            .failed(stranger, reason: ""), .exited(stranger, reason: ""), .foundUnhealthy(stranger, reason: ""),
            .currentSwapped(b), .currentSwapFailed(b, reason: ""), .began,
        ] {
            #expect(host.send(event).isEmpty)
            #expect(host.deployment == before)
        }
    }
}
