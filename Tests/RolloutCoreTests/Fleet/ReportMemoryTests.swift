import RolloutCore
import Testing

@Suite struct ReportMemoryTests {
    private let at = Instant(milliseconds: 1_800_000_000_000)

    private func report(_ updated: Instant, torn: Bool = false) -> HostReport {
        var report = HostReport(host: "a", app: "shop", channel: "stable", updated: updated)
        if torn { report.unreadable = "It is damaged." }
        return report
    }

    @Test func oneTornReadIsPassedOver() {
        var memory = ReportMemory()
        _ = memory.complete([report(at)], at: at)
        let later = at + .seconds(5)
        #expect(memory.complete([report(later, torn: true)], at: later) == [report(at)])
    }

    @Test func whatWasReadLongAgoIsNotBelieved() {
        var memory = ReportMemory()
        _ = memory.complete([report(at)], at: at)
        let later = at + .seconds(600)
        #expect(memory.complete([report(later, torn: true)], at: later) == [report(later, torn: true)])
    }

    @Test func aGapBeginsTheWatchAnew() {
        var memory = ReportMemory()
        for second in stride(from: Int64(0), through: 100, by: 10) { _ = memory.complete([], at: at + .seconds(second)) }
        #expect(memory.watched == .seconds(100))
        _ = memory.complete([], at: at + .seconds(131))
        #expect(memory.watched == .zero)
        // A clock that was set back is no watch either.
        _ = memory.complete([], at: at)
        #expect(memory.watched == .zero)
    }

    @Test func aStatusThatStaysUnreadableFallsSilent() {
        var memory = ReportMemory()
        for second in stride(from: Int64(0), through: 120, by: 5) {
            let now = at + .seconds(second)
            #expect(memory.complete([report(now, torn: true)], at: now) == [report(at, torn: true)])
        }
    }
}
