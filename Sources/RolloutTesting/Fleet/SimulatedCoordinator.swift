import RolloutCore

/// A coordinator in a `FleetSimulation`: it lives on a host, and ends or freezes with it.
struct SimulatedCoordinator {
    let host: Int
    var log: TrustedLog
    var pass: CoordinatorPass
    /// When the agent that it is part of began.
    var began: Instant
    var lastPass: Instant?
    /// What it has decided and not yet written: it was slow.
    var delayed: (at: Instant, change: Change, head: AcceptedHead)?

    init(_ coordinator: Coordinator, on index: Int, of hosts: [SimulatedFleetHost]) {
        self.host = index
        self.log = TrustedLog(app: FleetSimulation.app, policy: FleetSimulation.policy)
        self.pass = CoordinatorPass(coordinator, on: hosts[index].id)
        self.began = hosts[index].began
    }

    /// Forgets what it knew, as a new process has.
    mutating func restart(_ coordinator: Coordinator, on host: SimulatedFleetHost) {
        pass = CoordinatorPass(coordinator, on: host.id)
        began = host.began
    }
}
