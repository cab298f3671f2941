/// The only door to time. `now` can jump; `uptime` cannot, and goes on while a Lambda sandbox is frozen.
package protocol HostClock: Sendable {
    /// Milliseconds since 1970, UTC.
    var wallMilliseconds: Int64 { get }
    /// Nanoseconds of the monotonic clock.
    var uptimeNanoseconds: UInt64 { get }
}
