import RolloutCore
import Testing

/// What a host does when the agent, its backends, its disk or the volume let it down.
@Suite struct DeploymentRecoveryTests {
    static let both = [true, false]

    // MARK: The agent ends

    @Test(arguments: both) func aRestartBringsBackWhatServed(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        #expect(host.restart() == [.materialize(a)])
        #expect(host.send(.materialized(a)) == [.swapCurrent(a), .start(host.backend(a))])
        #expect(host.send(.ready(host.backend(a))) == [.switchTraffic(to: host.backend(a), fallback: nil)])
    }

    @Test(arguments: both) func aRestartTakesUpWhatWasUnderWay(sideBySide: Bool) {
        for phase in 0..<2 {
            let host = ScriptedHost(sideBySide: sideBySide)
            host.prove(a, 1)
            host.decide(b, 2)
            if phase == 1 { host.send(.materialized(b)) }
            host.restart()
            host.bringUp(a)
            #expect(host.decide(b, 2) == [.materialize(b)])
            #expect(host.saved.attempt?.begun == 2)
            host.bringUp(b)
            host.pass(.seconds(10))
            #expect(host.saved.proven == [b, a])
        }
    }

    @Test func aRestartDuringTheBakeStillRollsBack() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        #expect(host.restart().copies == [b, a])
        host.pass(.seconds(60))
        #expect(host.saved.probation != nil)
        host.bringUp(b)
        host.bringUp(a)
        #expect(host.saved.probation?.until == host.now + .seconds(10))
        _ = host.crash(b)
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: b, decision: 2)])
    }

    @Test func inPlaceARestartDuringTheBakeStillRollsBack() {
        let host = ScriptedHost(sideBySide: false)
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        #expect(host.restart().copies == [b])
        for _ in 0..<2 {
            host.send(.materialized(b))
            host.send(.failed(host.backend(b), reason: "trap"))
            host.pass(.seconds(1))
        }
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: b, decision: 2)])
        host.bringUp(a)
        #expect(host.deployment.serving?.ready != nil)
    }

    @Test func afterARestartWhicheverIsReadyFirstGetsTheTraffic() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        host.restart()
        #expect(host.bringUp(a).traffic == host.backend(a))
        #expect(host.bringUp(b).contains(.switchTraffic(to: host.backend(b), fallback: host.backend(a))))
    }

    @Test func aReleaseThatKeepsEndingTheAgentIsRefused() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        for _ in 0..<3 {
            host.restart()
            host.bringUp(a)
            host.decide(b, 2)
        }
        #expect(host.refused == [Target(release: b, decision: 2)])
        #expect(host.deployment.candidate == nil)
    }

    @Test(arguments: both) func aBakingReleaseThatKeepsEndingTheAgentIsRefused(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        for _ in 0..<4 { host.restart() }
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: b, decision: 2)])
        #expect(host.bringUp(a).traffic == host.backend(a))
    }

    // MARK: The volume

    @Test(arguments: both) func troubleWithTheVolumeNeverRefuses(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        host.decide(b, 2)
        for _ in 0..<20 {
            host.send(.materializeFailed(b, .environment, reason: "no answer"))
            host.pass(.seconds(60))
            host.restart()
            host.bringUp(a)
            host.decide(b, 2)
        }
        #expect(host.refused.isEmpty)
        #expect(host.deployment.candidate?.release == b)
    }

    @Test(arguments: both) func aBakingReleaseThatLostItsCopyIsTriedAgainWithoutBeingRefused(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        host.restart()
        for _ in 0..<2 {
            host.send(.materializeFailed(b, .environment, reason: "no answer"))
            host.pass(.seconds(2))
        }
        host.bringUp(a)
        #expect(host.serving == a)
        #expect(host.refused.isEmpty)
        #expect(host.decide(b, 2) == [.materialize(b)])
    }

    // MARK: Backends

    @Test func aCrashWithoutAFallbackRestartsWithGrowingPauses() {
        let host = ScriptedHost()
        host.prove(a, 1)
        #expect(host.crash(a) == [.materialize(a), .switchTraffic(to: nil, fallback: nil)])
        var pauses: [Duration] = []
        for _ in 0..<8 {
            host.bringUp(a)
            let due = host.crash(a).wake ?? host.now
            pauses.append(due - host.now)
            host.pass(due - host.now)
        }
        #expect(pauses == [2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        host.bringUp(a)
        host.now = host.now + .seconds(60)
        #expect(host.crash(a).copies == [a])
        #expect(host.refused.isEmpty)
    }

    @Test func aFirstReleaseThatCrashesIsNeverRefusedAndNeverProven() {
        let host = ScriptedHost()
        host.decide(a, 1)
        host.bringUp(a)
        for _ in 0..<10 {
            host.pass(.seconds(9))
            _ = host.crash(a)
            host.pass(.seconds(60))
            host.bringUp(a)
        }
        #expect(host.refused.isEmpty && host.saved.proven.isEmpty)
        host.pass(.seconds(10))
        #expect(host.saved.proven == [a])
    }

    @Test(arguments: both) func withNothingToServeAReleaseIsTriedForEver(sideBySide: Bool) {
        let host = ScriptedHost(sideBySide: sideBySide)
        host.decide(a, 1)
        for round in 0..<20 {
            if round.isMultiple(of: 2) {
                host.send(.materializeFailed(a, .release, reason: "digest"))
            } else {
                host.send(.materialized(a))
                host.send(.failed(host.backend(a), reason: "exit 1"))
            }
            #expect(host.pass(.seconds(60)).copies == [a])
        }
        #expect(host.refused.isEmpty)
    }

    @Test func aProvenReleaseThatNoLongerStartsBringsAnOlderOneBack() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.prove(b, 2)
        _ = host.crash(b)
        var actions: [DeploymentAction] = []
        for _ in 0..<2 {
            host.send(.materialized(b))
            actions = host.send(.failed(host.backend(b), reason: "gone"))
            host.pass(.seconds(60))
        }
        #expect(actions.copies == [a])
        #expect(host.bringUp(a).traffic == host.backend(a))
        #expect(host.serving == a)
        #expect(host.refused == [Target(release: b, decision: 2)])
    }

    @Test func aProvenReleaseThatRecoversFirstKeepsItsPlace() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.prove(b, 2)
        _ = host.crash(b)
        for _ in 0..<2 {
            host.send(.materialized(b))
            host.send(.failed(host.backend(b), reason: "gone"))
            host.pass(.seconds(60))
        }
        host.send(.materialized(a))
        let spare = host.backend(a)
        #expect(host.bringUp(b).ends == [spare])
        #expect(host.serving == b && host.deployment.fallback == nil)
    }

    @Test func inPlaceAProvenReleaseThatNoLongerStartsIsTriedForEver() {
        let host = ScriptedHost(sideBySide: false)
        host.prove(a, 1)
        host.prove(b, 2)
        _ = host.crash(b)
        for _ in 0..<10 {
            host.send(.materialized(b))
            host.send(.failed(host.backend(b), reason: "gone"))
            #expect(host.pass(.seconds(60)).copies == [b])
        }
        #expect(host.serving == b && host.refused.isEmpty)
    }

    @Test func anUnhealthyReleaseWithoutAWarmFallbackIsGivenUpWhenThereIsOne() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        _ = host.crash(a)
        #expect(host.send(.foundUnhealthy(host.backend(b), reason: "500")).isEmpty)
        // Not proven meanwhile.
        host.pass(.seconds(20))
        #expect(host.saved.probation != nil)
        #expect(host.bringUp(a).traffic == host.backend(a))
        #expect(host.refused == [Target(release: b, decision: 2)])
    }

    // MARK: `current` and the clock

    @Test func aFailedSwapOfCurrentIsTriedAgain() {
        let host = ScriptedHost()
        host.prove(a, 1)
        let due = host.send(.currentSwapFailed(a, reason: "full")).wake ?? host.now
        #expect(due == host.now + .seconds(4))
        #expect(host.pass(.seconds(4)).swaps == [a])
        host.send(.currentSwapped(a))
        #expect(host.pass(.seconds(60)).swaps.isEmpty)
    }

    @Test func aFailedSwapIsNotTriedAgainAfterANewerOne() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.send(.currentSwapFailed(a, reason: "full"))
        host.decide(b, 2)
        #expect(host.bringUp(b).swaps == [b])
        host.send(.currentSwapped(b))
        host.send(.currentSwapFailed(a, reason: "late"))
        #expect(host.pass(.seconds(60)).swaps.isEmpty)
    }

    @Test func aClockSetBackProlongsNeitherBakeNorPause() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        #expect(host.pass(.seconds(-86_400)).wake == host.now + .seconds(10))
        host.pass(.seconds(10))
        #expect(host.saved.proven.first == b)
        _ = host.crash(b)
        host.send(.materializeFailed(b, .environment, reason: "disk"))
        #expect(host.pass(.seconds(-86_400)).copies == [b])
    }

    @Test func aWakeThatComesEarlyIsAskedForAgain() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        let due = host.send(.materializeFailed(b, .environment, reason: "no answer")).wake
        #expect(host.pass(.milliseconds(500)) == due.map { [.wake(at: $0)] })
    }

    // MARK: Freezes

    @Test func aFreezeDoesNotCountAsTimeOnProbation() {
        let host = ScriptedHost()
        host.prove(a, 1)
        host.decide(b, 2)
        host.bringUp(b)
        host.pass(.seconds(4))
        host.freeze(.seconds(3600))
        host.pass(.seconds(5))
        #expect(host.saved.probation != nil)
        #expect(host.saved.proven == [a])
        host.pass(.seconds(1))
        #expect(host.saved.probation == nil)
        #expect(host.saved.proven == [b, a])
    }
}
