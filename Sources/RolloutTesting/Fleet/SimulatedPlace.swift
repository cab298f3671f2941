import RolloutCore

/// The volume of a `FleetSimulation` as one of its coordinators finds it: stale, torn, and now and then too slow.
struct SimulatedPlace: Coordination {
    private let simulation: FleetSimulation
    private let index: Int

    init(_ simulation: FleetSimulation, coordinator index: Int) {
        self.simulation = simulation
        self.index = index
    }

    private var host: SimulatedFleetHost { simulation.hosts[simulation.coordinators[index].host] }
    private var clock: Instant { simulation.now + host.skew }

    func head() -> AcceptedHead? {
        simulation.readLog(index)
        var head = simulation.coordinators[index].log.accepted
        if simulation.mutation == .ignoresLoss {
            head?.state.channels[FleetSimulation.channel]?.rollout?.plan.lostAfter = nil
        }
        return head
    }

    func append(_ change: Change, after head: AcceptedHead, message: String) throws(CoordinationError) -> AppendOutcome {
        try simulation.propose(change, after: head, why: message, by: index)
    }

    func statuses() -> [HostReport] {
        simulation.coordinators[index].noteLook(at: simulation.now)
        return simulation.readStatuses(at: clock)
    }

    func lease() -> CoordinatorLease? { simulation.seenLease(by: host, at: clock) }

    func setLease(_ lease: CoordinatorLease) { simulation.lease = lease }
}
