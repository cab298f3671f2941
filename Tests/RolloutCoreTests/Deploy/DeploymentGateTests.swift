import RolloutCore
import Testing

/// What the host's gate (`before-activate`) does to an activation.
@Suite struct DeploymentGateTests {
    @Test func aReadyCandidateGetsNoTrafficBeforeItsGateHasAnswered() {
        let host = ScriptedHost(gated: true)
        host.decide(a, 1)
        host.send(.materialized(a))
        let first = host.backend(a)
        #expect(host.send(.ready(first)) == [.askGate(first)])
        #expect(host.serving == nil)
        #expect(host.send(.gatePassed(first)).first == .switchTraffic(to: first, fallback: nil))
        #expect(host.serving == a)
    }

    @Test func inPlaceTheGateIsAskedBeforeTheOldOneStops() throws {
        let host = ScriptedHost(sideBySide: false, gated: true)
        host.decide(a, 1)
        host.send(.gatePassed(try #require(host.send(.materialized(a)).asks.first)))
        host.send(.ready(host.backend(a)))
        host.pass(.seconds(10))
        let old = host.backend(a)

        host.decide(b, 2)
        let asked = host.send(.materialized(b))
        let gate = try #require(asked.asks.first)
        #expect(asked == [.askGate(gate)])
        #expect(host.deployment.serving?.ready == old)
        #expect(host.send(.gatePassed(gate)).ends == [old])
        #expect(host.send(.ready(host.backend(b))).traffic == .some(host.backend(b)))
        #expect(host.serving == b)
    }

    @Test(arguments: [true, false]) func aNoRefusesTheReleaseAtOnce(sideBySide: Bool) throws {
        let host = try serving(sideBySide)
        host.decide(b, 2)
        let gate = try ask(host, b)
        let actions = host.send(.gateFailed(gate, .release, reason: "before-activate exited with code 3."))
        #expect(actions.ends == (sideBySide ? [gate] : []))
        #expect(actions.traffic == nil)
        #expect(host.refused == [Target(release: b, decision: 2)])
        #expect(host.saved.refused.first?.reason == "before-activate exited with code 3.")
        #expect(host.serving == a)
        // Only a new decision asks again.
        #expect(host.decide(b, 2).isEmpty)
        #expect(host.decide(b, 3).copies == [b])
    }

    @Test(arguments: [true, false]) func aGateThatCannotBeAskedRefusesNothing(sideBySide: Bool) throws {
        let host = try serving(sideBySide)
        host.decide(b, 2)
        for _ in 0..<5 {
            let gate = try ask(host, b)
            let actions = host.send(.gateFailed(gate, .environment, reason: "There is no such program."))
            #expect(actions.ends == (sideBySide ? [gate] : []))
            #expect(host.serving == a)
            #expect(host.pass(.seconds(60)).copies == [b])
        }
        #expect(host.refused.isEmpty)
        host.send(.gatePassed(try ask(host, b)))
        if !sideBySide { host.send(.ready(host.backend(b))) }
        #expect(host.serving == b)
    }

    @Test func aCandidateThatDiesWhileItsGateIsAskedCountsAsFailed() throws {
        let host = try serving(true)
        host.decide(b, 2)
        let gate = try ask(host, b)
        #expect(host.send(.exited(gate, reason: "It crashed.")).cancels == [gate])
        #expect(host.send(.gatePassed(gate)).isEmpty)
        #expect(host.serving == a)
        host.pass(.seconds(1))
        let again = try ask(host, b)
        host.send(.exited(again, reason: "It crashed."))
        #expect(host.refused == [Target(release: b, decision: 2)])
    }

    @Test(arguments: [true, false]) func aNewDecisionCancelsTheGate(sideBySide: Bool) throws {
        let host = try serving(sideBySide)
        host.decide(b, 2)
        let gate = try ask(host, b)
        let actions = host.decide(c, 3)
        #expect(actions.cancels == [gate])
        #expect(actions.ends == (sideBySide ? [gate] : []))
        #expect(actions.copies == [c])
        // Its answer is too late.
        #expect(host.send(.gatePassed(gate)).isEmpty)
        #expect(host.send(.gateFailed(gate, .release, reason: "no")).isEmpty)
        #expect(host.refused.isEmpty)
    }

    @Test(arguments: [true, false]) func aRestartAsksAgain(sideBySide: Bool) throws {
        let host = try serving(sideBySide)
        host.decide(b, 2)
        let gate = try ask(host, b)
        host.restart()
        // What served before needs no gate to serve again.
        #expect(host.bringUp(a).asks.isEmpty)
        host.decide(b, 2)
        #expect(host.saved.attempt?.begun == 2)
        let again = try ask(host, b)
        #expect(again != gate)
        host.send(.gatePassed(again))
        if !sideBySide { host.send(.ready(host.backend(b))) }
        #expect(host.serving == b)
    }

    @Test func goingBackNeedsNoGate() throws {
        let host = try serving(true)
        let old = host.backend(a)
        host.decide(b, 2)
        host.send(.gatePassed(try ask(host, b)))
        let actions = host.crash(b)
        #expect(actions.asks.isEmpty)
        #expect(actions.traffic == .some(old))
    }

    /// `a` serves, proven, on a host with a gate.
    private func serving(_ sideBySide: Bool) throws -> ScriptedHost {
        let host = ScriptedHost(sideBySide: sideBySide, gated: true)
        host.decide(a, 1)
        host.send(.gatePassed(try ask(host, a)))
        if !sideBySide { host.send(.ready(host.backend(a))) }
        host.pass(.seconds(10))
        return host
    }

    /// Brings the candidate so far that its gate is asked.
    private func ask(_ host: ScriptedHost, _ release: Digest) throws -> BackendID {
        let actions = host.send(.materialized(release))
        guard host.sideBySide else { return try #require(actions.asks.first) }
        return try #require(host.send(.ready(host.backend(release))).asks.first)
    }
}
