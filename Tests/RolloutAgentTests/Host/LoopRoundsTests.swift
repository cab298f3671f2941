import RolloutTesting
import Synchronization
import Testing

@testable import RolloutAgent

@Suite struct LoopRoundsTests {
    private let clock = FakeClock()

    /// Asks how the loop is; the answer may come later.
    private func ask(_ rounds: LoopRounds) -> @Sendable () -> Bool {
        let answered = Answered()
        rounds.pulse { answered.flag.store(true, ordering: .sequentiallyConsistent) }
        return { answered.flag.load(ordering: .sequentiallyConsistent) }
    }

    private final class Answered: Sendable {
        let flag = Atomic<Bool>(false)
    }

    @Test func aLoopThatWaitsIsWellAsLongAsItSaidItWouldBeAway() async {
        let rounds = LoopRounds(clock)
        await rounds.away(atMost: .seconds(10)) {
            #expect(ask(rounds)())
            clock.advance(by: .seconds(10))
            #expect(ask(rounds)())
        }
    }

    @Test func aLoopThatIsOverdueIsNotWellUntilItIsBack() async {
        let rounds = LoopRounds(clock)
        let late = await rounds.away(atMost: .seconds(10)) {
            clock.advance(by: .milliseconds(10_001))
            let late = ask(rounds)
            #expect(!late())
            return late
        }
        #expect(late())
    }

    @Test func aLoopAtWorkAnswersWhenItComesRound() async {
        let rounds = LoopRounds(clock)
        await rounds.away(atMost: .seconds(10)) {}
        let during = ask(rounds)
        #expect(!during())
        await rounds.away(atMost: .seconds(10)) { #expect(during()) }
    }

    @Test func aLoopThatHangsEndsTheBeatsAndOneThatWaitsForAHungVolumeDoesNot() async throws {
        let (hung, waiting) = (LoopRounds(clock), LoopRounds(clock))
        let (hungBeats, waitingBeats) = (CountedBeats(), CountedBeats())
        let loops = [
            Task { _ = await hung.away(atMost: .zero) { try? await Task.sleep(for: .seconds(3600)) } },
            Task { _ = await waiting.away(atMost: .seconds(3600)) { try? await Task.sleep(for: .seconds(3600)) } },
        ]
        // The second one has begun to wait once it answers.
        #expect(await eventually { ask(waiting)() })
        clock.advance(by: .milliseconds(1))
        #expect(await eventually { !ask(hung)() })
        let hearts = [(hung, hungBeats), (waiting, waitingBeats)].map { rounds, beats in
            Task { await Heartbeat(interval: .milliseconds(1), loops: [rounds.pulse], lifecycle: beats).beat() }
        }
        #expect(await eventually { waitingBeats.now > 50 })
        #expect(hungBeats.now == 0)
        for task in hearts + loops { task.cancel() }
    }
}
