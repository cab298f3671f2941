import Testing

@testable import RolloutAgent

@Suite struct DoorbellTests {
    private let clock = ContinuousClock()

    @Test func aRingWakesWhoWaits() async {
        let bell = Doorbell()
        let begun = clock.now
        async let waiting: Void = bell.wait(atMost: .seconds(60))
        try? await Task.sleep(for: .milliseconds(20))
        bell.ring()
        await waiting
        #expect(clock.now - begun < .seconds(30))
    }

    @Test func aRingBeforeTheWaitIsKept() async {
        let bell = Doorbell()
        bell.ring()
        bell.ring()
        let begun = clock.now
        await bell.wait(atMost: .seconds(60))
        #expect(clock.now - begun < .seconds(30))
    }

    @Test func withoutARingTheTimeRunsOut() async {
        let bell = Doorbell()
        let begun = clock.now
        await bell.wait(atMost: .milliseconds(30))
        #expect(clock.now - begun >= .milliseconds(30))
    }

    @Test func cancellationEndsTheWaitAndNotTheBell() async {
        let bell = Doorbell()
        let waiting = Task { await bell.wait(atMost: .seconds(60)) }
        waiting.cancel()
        await waiting.value
        bell.ring()
        let begun = clock.now
        await bell.wait(atMost: .seconds(60))
        #expect(clock.now - begun < .seconds(30))
    }
}
