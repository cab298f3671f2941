import RolloutCore
import RolloutSystem

extension HostClock {
    var now: Instant { Instant(milliseconds: wallMilliseconds) }
}
