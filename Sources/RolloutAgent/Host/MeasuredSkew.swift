import RolloutCore
import Synchronization

/// How far this host's clock and the volume's were apart when a status was last written. Shared by who measures it and who goes by it.
final class MeasuredSkew: Sendable {
    private let value = Mutex<ClockSkew?>(nil)

    /// `nil`: it was not measured yet.
    var latest: ClockSkew? { value.withLock(\.self) }

    /// - Returns: what was measured before.
    func note(_ skew: ClockSkew) -> ClockSkew? {
        value.withLock { value in
            defer { value = skew }
            return value
        }
    }
}
