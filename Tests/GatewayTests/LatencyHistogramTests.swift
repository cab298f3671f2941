import Testing

@testable import Gateway

@Suite struct LatencyHistogramTests {
    /// All small times, and what lies around every quarter of a power of two.
    static let times: [UInt64] =
        Array(0..<5000)
        + (12..<28).flatMap { exponent in
            (4...7).flatMap { quarter in
                let edge = UInt64(quarter) << UInt64(exponent - 2)
                return [edge - 1, edge, edge + 1]
            }
        }

    static func histogram(_ times: [UInt64]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for time in times {
            histogram.counts[LatencyHistogram.bucket(time)] += 1
            histogram.totalMicroseconds += time
        }
        return histogram
    }

    @Test func everyTimeLiesInItsBucket() {
        for time in Self.times {
            let bucket = LatencyHistogram.bucket(time)
            let start = bucket == 0 ? 0 : LatencyHistogram.upperBound(ofBucket: bucket - 1)
            let end = LatencyHistogram.upperBound(ofBucket: bucket)
            #expect(start <= time && time < end, "\(time) in \(start)..<\(end)")
            #expect(end - start == 1 || (end - start) * 4 <= start, "\(start)..<\(end) is too wide")
        }
    }

    @Test func theLastBucketTakesWhateverTakesLonger() {
        let last = LatencyHistogram.bucketCount - 1
        #expect(LatencyHistogram.upperBound(ofBucket: last) == 1 << 28)
        #expect(LatencyHistogram.bucket(1 << 28) == last && LatencyHistogram.bucket(.max) == last)
    }

    @Test func aPercentileIsNeverTooLowAndAtMostAQuarterTooHigh() {
        let times = (1...1000).map { UInt64($0 * 37) }
        let histogram = Self.histogram(times)
        for percent in [1, 10, 50, 90, 99, 100] {
            let exact = Double(times[percent * 10 - 1])
            let (seconds, attoseconds) = histogram.percentile(Double(percent) / 100)?.components ?? (0, 0)
            let told = Double(seconds) * 1e6 + Double(attoseconds) / 1e12
            #expect(told > exact && told <= exact * 1.25 + 1, "\(percent) %: \(told), exactly \(exact)")
        }
        #expect(histogram.percentile(0) == histogram.percentile(0.001))
        #expect(LatencyHistogram().percentile(0.5) == nil)
    }

    @Test func addsUpAndTellsWhatCameSince() {
        let (early, late) = (Self.histogram([1, 10, 100]), Self.histogram([10, 1000]))
        var both = early
        both += late
        #expect(both == Self.histogram([1, 10, 100, 10, 1000]) && both.count == 5)
        #expect(both.since(early) == late && both.since(both) == LatencyHistogram())
        // A histogram that began anew is not in debt.
        #expect(late.since(both) == LatencyHistogram())
    }

    @Test func theLoopsCountersAddUpToOne() {
        let (one, two) = (ReleaseCounters(), ReleaseCounters())
        one.took(microseconds: 5)
        one.responded(status: 204)
        two.took(microseconds: 70)
        two.took(microseconds: 5)
        two.responded(status: 503)
        two.responded(status: 101)
        var release = GatewayMetrics.Release()
        one.add(to: &release)
        two.add(to: &release)
        #expect(release.latency == Self.histogram([5, 70, 5]))
        #expect(release.responses == [1, 1, 0, 0, 1])
    }
}
