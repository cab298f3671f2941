import RolloutCore
import RolloutSystem
import SystemPackage

/// A volume as the place where a fleet coordinates.
package struct VolumeCoordination: Coordination, Sendable {
    private let publisher: Publisher
    private let cache: StatusCache

    /// - Parameters:
    ///   - publisher: with the coordinator's key. It writes nothing that a host with its policy would not accept.
    ///   - budget: how long one look may read statuses. What is left is read in the next.
    package init(_ publisher: Publisher, budget: Duration = StatusCache.budget) {
        self.publisher = publisher
        self.cache = StatusCache(budget: budget, clock: publisher.clock)
    }

    package func head() throws(CoordinationError) -> AcceptedHead? {
        try translate { () throws(StoreError) in
            var follower = LogFollower(root: publisher.root, app: publisher.app, policy: publisher.policy, resuming: nil)
            try publisher.catchUp(&follower)
            return follower.log.accepted
        }
    }

    package func append(
        _ change: Change, after head: AcceptedHead, message: String
    ) throws(CoordinationError) -> AppendOutcome {
        try translate { () throws(StoreError) in
            guard let appended = try publisher.operate(change, after: head, message: message) else { return .superseded }
            return .appended(appended.record.sequence)
        }
    }

    package func statuses() throws(CoordinationError) -> [HostReport] {
        try translate { () throws(StoreError) in
            let volume = try Volume.open(at: publisher.root, in: publisher.fileSystem)
            return try StatusBoard(volume, app: publisher.app).reports(at: publisher.now, remembering: cache)
        }
    }

    package func lease() throws(CoordinationError) -> CoordinatorLease? {
        try translate { () throws(StoreError) in try leaseFile.read(in: publisher.fileSystem) }
    }

    package func setLease(_ lease: CoordinatorLease) throws(CoordinationError) {
        try translate { () throws(StoreError) in try leaseFile.write(lease, in: publisher.fileSystem) }
    }

    private var leaseFile: LeaseFile { LeaseFile(layout: VolumeLayout(root: publisher.root), app: publisher.app) }

    private func translate<Value>(_ body: () throws(StoreError) -> Value) throws(CoordinationError) -> Value {
        do throws(StoreError) { return try body() } catch { throw CoordinationError(error.description) }
    }
}
