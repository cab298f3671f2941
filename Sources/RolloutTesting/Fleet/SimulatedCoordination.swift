import ReleaseStore
import RolloutCore
import Synchronization

/// A place where a fleet coordinates, in memory. Keeps to the same contract as a volume.
package final class SimulatedCoordination: Coordination, Sendable {
    private struct State {
        var head: AcceptedHead?
        var changes: [(change: Change, message: String)] = []
        var statuses: [HostID: HostReport] = [:]
        var lease: CoordinatorLease?
    }

    private let state = Mutex(State())
    private let volume: VolumeID
    private let clock: FakeClock

    package init(clock: FakeClock) {
        self.clock = clock
        self.volume = VolumeFixture.volumeID ?? .zero
    }

    package func head() -> AcceptedHead? { state.withLock { $0.head } }

    package func append(
        _ change: Change, after head: AcceptedHead, message: String
    ) throws(CoordinationError) -> AppendOutcome {
        try write(change, message: message) { $0?.sequence == head.sequence && $0?.digest == head.digest }
    }

    /// What somebody with every right does.
    package func order(_ change: Change) throws(CoordinationError) { _ = try write(change, message: "") { _ in true } }

    /// What was written so far, oldest first.
    package var changes: [(change: Change, message: String)] { state.withLock { $0.changes } }

    package func statuses() -> [HostReport] {
        state.withLock { $0.statuses.values.sorted { $0.host < $1.host } }
    }

    package func report(_ report: HostReport) { state.withLock { $0.statuses[report.host] = report } }

    package func lease() -> CoordinatorLease? { state.withLock { $0.lease } }

    package func setLease(_ lease: CoordinatorLease) { state.withLock { $0.lease = lease } }

    private func write(
        _ change: Change, message: String, if isDue: (AcceptedHead?) -> Bool
    ) throws(CoordinationError) -> AppendOutcome {
        try state.withLock { (state) throws(CoordinationError) in
            guard isDue(state.head) else { return .superseded }
            let sequence = (state.head?.sequence ?? 0) + 1
            let now = Instant(milliseconds: clock.wallMilliseconds)
            let after: LogState
            do throws(IllegalStep) {
                after = try (state.head?.state ?? .empty).applying(change, sequence: sequence, at: now)
            } catch {
                throw CoordinationError("Could not write record \(sequence): \(error).")
            }
            state.changes.append((change, message))
            state.head = AcceptedHead(
                volume: volume, sequence: sequence, digest: FleetRelease.digest(Int(sequence), kind: 3), time: now, state: after
            )
            return .appended(sequence)
        }
    }
}

extension VolumeID {
    fileprivate static let zero = VolumeID("00000000-0000-0000-0000-000000000000") ?? .random()
}
