import RolloutSystem
import Synchronization

/// A clock that stands still until a test moves it.
package final class FakeClock: HostClock {
    private let times: Mutex<(wall: Int64, uptime: UInt64)>

    /// - Parameter wallMilliseconds: the start; by default 2026-01-01T00:00:00Z.
    package init(wallMilliseconds: Int64 = 1_767_225_600_000, uptimeNanoseconds: UInt64 = 1_000_000_000_000) {
        times = Mutex((wallMilliseconds, uptimeNanoseconds))
    }

    package var wallMilliseconds: Int64 { times.withLock { $0.wall } }
    package var uptimeNanoseconds: UInt64 { times.withLock { $0.uptime } }

    /// Lets time pass on both clocks; never backwards.
    package func advance(by duration: Duration) {
        precondition(duration >= .zero, "time does not pass backwards; use stepWall")
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        times.withLock {
            $0.uptime += UInt64(nanoseconds)
            $0.wall += nanoseconds / 1_000_000
        }
    }

    /// Sets the wall clock as an administrator or NTP would: in either direction, with no time passing.
    package func stepWall(by milliseconds: Int64) { times.withLock { $0.wall += milliseconds } }
}
