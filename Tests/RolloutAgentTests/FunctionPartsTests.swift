import Foundation
import RolloutCore
import RolloutTesting
import Synchronization
import Testing

@testable import RolloutAgent

/// The parts of a function host that can be looked at alone.
@Suite struct FunctionPartsTests {
    // MARK: Freezes

    @Test func whatBeganAndEndedAwakeWasNotFrozen() {
        let freezes = Freezes()
        let mark = freezes.mark
        #expect(!freezes.mayHaveFrozen(since: mark))
    }

    @Test func whatAFreezeFallsIntoMayHaveBeenFrozen() {
        let freezes = Freezes()
        let before = freezes.mark
        freezes.begin()
        let during = freezes.mark
        #expect(freezes.mayHaveFrozen(since: before))
        #expect(freezes.mayHaveFrozen(since: during))
        freezes.end()
        #expect(freezes.mayHaveFrozen(since: before))
        #expect(freezes.mayHaveFrozen(since: during))
        #expect(!freezes.mayHaveFrozen(since: freezes.mark))
    }

    @Test func aTimerThatIsDueIsLetGoOnOnceHoweverOftenItIsAsked() async throws {
        try await withTemporaryDirectory { directory in
            try await AgentBed(in: directory).idle { app in
                app.holdTimers()
                app.state.withLock { $0.isTickDue = true }
                #expect(app.isTickDue)
                for _ in 0..<3 { app.releaseTimers(after: .zero) }
                #expect(!app.isTickDue)
                #expect(app.state.withLock { $0.underWay } == 1)
                // What was queued before the thaw is still from the freeze.
                #expect(app.state.withLock { $0.holdsTimers })
            }
        }
    }

    // MARK: Events

    @Test func anInvocationIsRead() throws {
        let text = """
            {"eventType":"INVOKE","deadlineMs":1795244893180,"requestId":"3da1f2dc","invokedFunctionArn":"arn:aws:lambda",
             "tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"},"somethingNew":1}
            """
        let event = try JSONDecoder().decode(Invocation.self, from: Data(text.utf8))
        #expect(event.kind == .invoke)
        #expect(event.deadline == Instant(milliseconds: 1_795_244_893_180))
        #expect(event.requestID == "3da1f2dc")
    }

    @Test(arguments: ["", "[]", "{}", #"{"eventType":"INVOKE"}"#, #"{"eventType":"OTHER","deadlineMs":1}"#])
    func whatIsNoEventIsRefused(text: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Invocation.self, from: Data(text.utf8)) }
    }

    // MARK: Judging a bake

    private func judge(_ change: (inout ProbeSection) -> Void = { _ in }) -> BakeJudge {
        var probe = ProbeSection()
        change(&probe)
        return BakeJudge(probe: probe, start: AnswerCounts(total: 100, errors: 50))
    }

    @Test func onlyFailuresInARowSpeakAgainstARelease() {
        var judge = judge { $0.failures = 2 }
        #expect(judge.judge("no", answers: AnswerCounts(total: 100, errors: 50)) == nil)
        #expect(judge.judge(nil, answers: AnswerCounts(total: 100, errors: 50)) == nil)
        #expect(judge.judge("no", answers: AnswerCounts(total: 100, errors: 50)) == nil)
        #expect(judge.judge("no", answers: AnswerCounts(total: 100, errors: 50)) != nil)
    }

    @Test func onlyEnoughErrorsSinceItsBeginSpeakAgainstARelease() {
        var judge = judge {
            $0.errorMinimum = 10
            $0.errorPercent = 20
        }
        #expect(judge.judge(nil, answers: AnswerCounts(total: 109, errors: 59)) == nil)
        #expect(judge.judge(nil, answers: AnswerCounts(total: 120, errors: 53)) == nil)
        #expect(judge.judge(nil, answers: AnswerCounts(total: 120, errors: 54)) != nil)
    }
}
