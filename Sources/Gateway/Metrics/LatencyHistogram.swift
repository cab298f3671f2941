/// How long requests took, in buckets a quarter of a power of two wide: a percentile is off by at most 25 %.
package struct LatencyHistogram: Hashable, Sendable {
    /// Covers 1 microsecond to 268 seconds; the last bucket holds what took longer, too.
    static let bucketCount = 108

    /// Requests in each bucket.
    package internal(set) var counts = [UInt64](repeating: 0, count: bucketCount)
    /// Of all requests together, in microseconds.
    package internal(set) var totalMicroseconds: UInt64 = 0

    package init() {}

    package var count: UInt64 { counts.reduce(0, +) }

    /// The bucket of a time in microseconds.
    @inline(__always)
    static func bucket(_ microseconds: UInt64) -> Int {
        guard microseconds >= 4 else { return Int(microseconds) }
        let exponent = 63 - microseconds.leadingZeroBitCount
        let quarter = Int(truncatingIfNeeded: microseconds &>> UInt64(exponent - 2)) & 3
        return min((exponent - 1) * 4 + quarter, bucketCount - 1)
    }

    /// The first time, in microseconds, that is above a bucket.
    package static func upperBound(ofBucket bucket: Int) -> UInt64 {
        guard bucket >= 4 else { return UInt64(bucket) + 1 }
        let (exponent, quarter) = (bucket / 4 + 1, bucket % 4)
        return (1 << UInt64(exponent)) + UInt64(quarter + 1) << UInt64(exponent - 2)
    }

    /// The time that a fraction of the requests (0...1) stayed below; `nil` without requests.
    package func percentile(_ fraction: Double) -> Duration? {
        let total = count
        guard total > 0 else { return nil }
        let wanted = max(1, UInt64((Double(total) * fraction).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if seen >= wanted { return .microseconds(Int64(Self.upperBound(ofBucket: bucket))) }
        }
        return nil
    }

    /// What came since an earlier state of the same histogram.
    package func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        var difference = self
        for bucket in 0..<Self.bucketCount { difference.counts[bucket] &-= min(counts[bucket], earlier.counts[bucket]) }
        difference.totalMicroseconds &-= min(totalMicroseconds, earlier.totalMicroseconds)
        return difference
    }

    static func += (left: inout Self, right: Self) {
        for bucket in 0..<bucketCount { left.counts[bucket] += right.counts[bucket] }
        left.totalMicroseconds += right.totalMicroseconds
    }
}
