import RolloutSystem
import RolloutTesting
import Testing

@Suite struct ClockTests {
    @Test func systemClockGoesForward() {
        let clock = SystemClock()
        let first = clock.uptimeNanoseconds
        #expect(first > 0)
        #expect(clock.uptimeNanoseconds >= first)
        // 2020: any machine that builds this is later.
        #expect(clock.wallMilliseconds > 1_577_836_800_000)
    }

    @Test func fakeClockMovesBothClocksTogetherButStepsTheWallAlone() {
        let clock = FakeClock(wallMilliseconds: 5_000, uptimeNanoseconds: 100)
        clock.advance(by: .milliseconds(1500))
        #expect(clock.wallMilliseconds == 6_500)
        #expect(clock.uptimeNanoseconds == 1_500_000_100)
        clock.stepWall(by: -6_000)
        #expect(clock.wallMilliseconds == 500)
        #expect(clock.uptimeNanoseconds == 1_500_000_100)
    }
}
