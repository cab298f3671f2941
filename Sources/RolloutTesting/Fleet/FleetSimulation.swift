import RolloutCore

/// A whole fleet in a plain loop with seeded choices: the same state machines as in the agent (`TrustedLog`, `Planner`, `Deployment`,
/// `Coordinator`), and around them a volume, operators and faults.
///
/// Hosts crash, freeze, vanish for good, lose the volume and lie; statuses are stale or torn, the volume is gone for a while, clocks differ; two
/// coordinators decide from old views and write late. At every step the laws are checked by somebody who sees everything. Then the
/// faults stop, and the fleet must come to rest where the log wants it, liars and all.
package final class FleetSimulation {
    static let app: AppName = "shop"
    static let channel: ChannelName = "stable"
    static let rules = DeploymentRules(
        bake: .seconds(5), attempts: 2, firstPause: .seconds(1), longestPause: .seconds(4), interruptions: 1000,
        settled: .seconds(60))
    static let peopleKey = "people"
    static let coordinatorKey = "coordinator"
    static let policy = TrustPolicy(keys: [
        TrustedKey(publicKey: peopleKey, name: "people", roles: [.release, .operate]),
        TrustedKey(publicKey: coordinatorKey, name: "coordinator", roles: [.coordinate]),
    ])
    /// How old what the coordinator reads of a status may be.
    static let staleness: Duration = .seconds(10)
    /// How far any clock is from the true time, at most.
    static let skew: Duration = .seconds(3)

    package let seed: UInt64
    let mutation: FleetMutation?
    let coordinator: Coordinator

    var random: SeededRandom
    /// The true time.
    var now = Instant(milliseconds: 1_800_000_000_000)
    var faultsHappen = true

    // The volume.
    var entries: [LogEntry] = []
    var state = LogState.empty
    var lease: CoordinatorLease?
    var goneUntil: Instant?
    /// Nobody sees the lease of another. Told in stories only, as is what follows.
    var leasesAreLost = false
    /// How long the next record of a host's coordinator is on its way.
    var slowWrites: [HostID: Duration] = [:]

    var hosts: [SimulatedFleetHost] = []
    var coordinators: [SimulatedCoordinator] = []
    var releases: [FleetRelease] = []
    var natures: [Digest: FleetRelease.Nature] = [:]
    /// What a story calls its releases.
    var names: [Digest: String] = [:]

    // What an observer remembers.
    /// Every rollout there was, by the record that released it, as it stood last.
    var rollouts: [UInt64: (release: Digest, rollout: OpenRollout)] = [:]
    var promotions: Set<UInt64> = []
    /// The first law that was broken, in words.
    package internal(set) var violation: String?
    /// What happened, a line each. Only kept when asked for.
    package internal(set) var trace: [String]?

    package init(seed: UInt64, mutation: FleetMutation? = nil, keepsTrace: Bool = false) {
        self.seed = seed
        self.mutation = mutation
        self.random = SeededRandom(seed: seed)
        self.trace = keepsTrace ? [] : nil
        var (gates, doubts) = (CoordinatorGate.allCases, StatusDoubt.allCases)
        if case .dropsGate(let gate) = mutation { gates.removeAll { $0 == gate } }
        if case .dropsDoubt(let doubt) = mutation { doubts.removeAll { $0 == doubt } }
        self.coordinator = Coordinator(app: Self.app, gates: gates, doubts: doubts)
        populate()
    }

    private func populate() {
        let count = Int.random(in: 3...7, using: &random)
        let liar = count >= 4 && chance(40) ? Int.random(in: 0..<count, using: &random) : nil
        for number in 0..<count {
            let lie = number == liar ? FleetLie.allCases.randomElement(using: &random) : nil
            hosts.append(
                SimulatedFleetHost(
                    id: HostID(unchecked: "h\(number)"), labels: ["zone": chance(50) ? "a" : "b"],
                    isFleeting: lie == nil && number >= 3 && chance(20), lie: lie,
                    skew: .milliseconds(Int64.random(in: -3000...3000, using: &random)),
                    traffic: [0, 1, 20, 20].randomElement(using: &random) ?? 20, policy: Self.policy, now: now))
        }
        let honest = hosts.indices.filter { hosts[$0].lie == nil && !hosts[$0].isFleeting }
        coordinate(on: honest.shuffled(using: &random).prefix(2))
    }

    /// Has these hosts coordinate.
    func coordinate(on indices: ArraySlice<Int>) {
        let memory = mutation == .judgesUnwatched ? ReportMemory(longestGap: .seconds(1_000_000)) : ReportMemory()
        coordinators = indices.map { SimulatedCoordinator(coordinator, on: $0, of: hosts, memory: memory) }
    }

    /// Runs to the end, or to the first broken law.
    package func run(steps: Int = 110) {
        publish(.good, plan: .allAtOnce)
        for host in hosts { host.restart(policy: Self.policy, now: now) }
        for _ in 0..<6 where violation == nil { step(.seconds(3)) }
        for _ in 0..<steps where violation == nil {
            if chance(7) { operate() }
            if chance(8) { fault() }
            step(.seconds(Int64.random(in: 1...5, using: &random)))
        }
        if violation == nil { settle() }
        if let violation { note("VIOLATION: \(violation)") }
    }

    /// The trace of a seed, for a failing test to print.
    package static func replay(seed: UInt64, mutation: FleetMutation? = nil) -> String {
        let simulation = FleetSimulation(seed: seed, mutation: mutation, keepsTrace: true)
        simulation.run()
        return (simulation.trace ?? []).joined(separator: "\n")
    }

    func step(_ time: Duration) {
        now = now + time
        for host in hosts where violation == nil { tick(host) }
        for index in coordinators.indices where violation == nil { coordinate(index) }
    }

    /// The faults stop; whatever a plan or an operator asked people for, they do.
    private func settle() {
        note("the faults stop")
        faultsHappen = false
        goneUntil = nil
        for host in hosts where host.lie == nil && !host.isGone {
            host.traffic = max(host.traffic, 20)
            (host.blindUntil, host.frozenUntil) = (nil, nil)
            if host.downUntil != nil { host.downUntil = now }
        }
        var calm = 0
        for round in 0..<400 where violation == nil && calm < 4 {
            clearTheWay()
            // Who is gone for good is reckoned with for a while, and then taken off the list.
            if round == 240 { for host in hosts where host.isGone { host.written = [] } }
            step(.seconds(5))
            calm = state.channels[Self.channel]?.rollout == nil && restlessHost == nil ? calm + 1 : 0
        }
        if violation == nil { judgeRest() }
    }

    func note(_ line: @autoclosure () -> String) {
        guard trace != nil else { return }
        trace?.append("\(now) \(line())")
    }

    func name(_ release: Digest?) -> String {
        if let release, let name = names[release] { return name }
        guard let release, let number = releases.firstIndex(where: { $0.digest == release }) else { return "nothing" }
        return "r\(number)(\(releases[number].nature))"
    }

    func words(_ change: Change) -> String {
        switch change {
        case .release(_, let release, let plan):
            "release \(name(release)) in \(plan.waves.count) wave\(plan.waves.count == 1 ? "" : "s")"
        case .openWave(_, let wave): "open wave \(wave + 1)"
        case .approve(_, let wave): "approve wave \(wave + 1)"
        case .freeze(_, let windows): windows.isEmpty ? "lift the freeze" : "freeze"
        case .pin(let host, let release): "pin \(host) to \(name(release))"
        case .unpin(let host): "unpin \(host)"
        default: change.release.map { "\(change.kind.rawValue) \(name($0))" } ?? change.kind.rawValue
        }
    }

    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    /// A host's rank in a rollout. Not the fleet's own hash, but as good.
    static func rank(of host: HostID, inRollout rollout: UInt64) -> Int {
        var mixer = SeededRandom(seed: host.description.utf8.reduce(rollout) { $0 &* 131 &+ UInt64($1) })
        return Int(mixer.next() % 1_000_000)
    }
}
