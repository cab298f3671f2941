/// What one host does, again and again, to coordinate an app's rollouts.
package struct CoordinatorPass: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// No rollout is open.
        case idle
        /// Another host holds the lease.
        case another(HostID)
        /// What it makes of each open rollout; `appended` is the number of the record that it wrote.
        case decided([ChannelName: CoordinatorDecision], appended: UInt64?)
    }

    package let coordinator: Coordinator
    package let host: HostID
    private var memory: ReportMemory

    package init(_ coordinator: Coordinator, on host: HostID, memory: ReportMemory = ReportMemory()) {
        self.coordinator = coordinator
        self.host = host
        self.memory = memory
    }

    /// Looks once, and writes at most one record.
    ///
    /// - Parameters:
    ///   - now: taken before the call.
    ///   - rank: a host's, in the rollout with this id.
    package mutating func run(
        at place: some Coordination, now: Instant, rank: (HostID, UInt64) -> Int
    ) throws(CoordinationError) -> Outcome {
        guard let head = try place.head(), head.state.channels.values.contains(where: { $0.rollout != nil }) else {
            return .idle
        }
        let lease = try place.lease()
        if let lease, !CoordinatorLease.isFree(lease, for: host, at: now) { return .another(lease.holder) }
        try place.setLease(CoordinatorLease(holder: host, until: now + CoordinatorLease.duration))
        let reports = memory.complete(try place.statuses(), at: now)
        let decisions = coordinator.decide(head: head, hosts: reports, now: now, watched: memory.watched, rank: rank)
        // The next one is decided on again: this record is the number that its own would have had.
        for (_, decision) in decisions.sorted(by: { $0.key < $1.key }) {
            guard let change = decision.change else { continue }
            let message = String(decoding: decision.reason.utf8.prefix(2000), as: UTF8.self)
            guard case .appended(let sequence) = try place.append(change, after: head, message: message) else { break }
            return .decided(decisions, appended: sequence)
        }
        return .decided(decisions, appended: nil)
    }
}
