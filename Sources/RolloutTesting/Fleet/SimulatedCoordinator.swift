import RolloutCore

/// A coordinator in a `FleetSimulation`: it lives on a host, and ends or freezes with it.
struct SimulatedCoordinator {
    let host: Int
    var log: TrustedLog
    var pass: CoordinatorPass
    /// When the agent that it is part of began.
    var began: Instant
    var lastPass: Instant?
    /// The first and the last of its looks at the statuses, without a gap between them in which it could have missed a word.
    var looks: (first: Instant, last: Instant)?
    /// What it has decided and not yet written: it was slow.
    var delayed: (at: Instant, change: Change, head: AcceptedHead)?

    init(
        _ coordinator: Coordinator, on index: Int, of hosts: [SimulatedFleetHost], memory: ReportMemory = ReportMemory()
    ) {
        self.host = index
        self.log = TrustedLog(app: FleetSimulation.app, policy: FleetSimulation.policy)
        self.pass = CoordinatorPass(coordinator, on: hosts[index].id, memory: memory)
        self.began = hosts[index].began
    }

    /// Forgets what it knew, as a new process has.
    mutating func restart(_ coordinator: Coordinator, on host: SimulatedFleetHost) {
        pass = CoordinatorPass(coordinator, on: host.id)
        began = host.began
        looks = nil
    }

    mutating func noteLook(at now: Instant) {
        let isUnbroken = looks.map { now - $0.last <= ReportMemory.longestGap } ?? false
        looks = (isUnbroken ? looks?.first ?? now : now, now)
    }
}
