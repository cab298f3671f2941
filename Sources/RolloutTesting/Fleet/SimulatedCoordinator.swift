import RolloutCore

/// A coordinator in a `FleetSimulation`: it lives on a host, and ends or freezes with it.
struct SimulatedCoordinator {
    let host: Int
    var log: TrustedLog
    var lastPass: Instant?
    var memory = ReportMemory()
    /// What it has decided and not yet written: it was slow.
    var delayed: (at: Instant, change: Change, head: AcceptedHead)?

    init(host: Int, policy: TrustPolicy) {
        self.host = host
        self.log = TrustedLog(app: FleetSimulation.app, policy: policy)
    }
}
