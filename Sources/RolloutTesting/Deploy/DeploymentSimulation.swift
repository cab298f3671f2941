import RolloutCore

/// A second runner of `Deployment`: a plain loop with seeded choices instead of files, processes, a clock and tasks.
///
/// A random log of good and bad releases meets random faults: the agent ends between any two effects and keeps only what was
/// saved, completions come late and in any order, decisions are stale, the volume comes and goes, saves and swaps fail,
/// backends crash, the clock is set. After every event the laws (`Invariants`) are checked. Then the faults stop, and the host
/// must come to rest where the log wants it.
package final class DeploymentSimulation {
    package let seed: UInt64
    package let sideBySide: Bool
    let mutation: SimulationMutation?
    let rules: DeploymentRules
    let planner = Planner(channel: "stable")
    let rank: Int

    var random: SeededRandom
    var now = Instant(milliseconds: 1_800_000_000_000)
    var faultsHappen = true

    // The volume.
    var releases: [SimulatedRelease] = []
    var log = LogState.empty
    var head: AcceptedHead?
    var volumeAnswers = true

    // The host's disk.
    var saved = HostRecord(app: "shop")
    var current: Digest?
    var copies: Set<Digest> = []
    var swapsFail = false
    /// The gate's program is missing, say.
    var gateIsBroken = false

    // The agent's memory, and its backends.
    var deployment: Deployment
    var generation: UInt64 = 1
    var verified: Set<Digest> = []
    var copying: [Digest] = []
    /// Gates that are being asked.
    var gates: [BackendID] = []
    var backends: [SimulatedBackend] = []
    var traffic: BackendID?
    var wakes: [Instant] = []
    var pending: [DeploymentEvent] = []
    var delayedSwap: Digest?

    // What an observer remembers.
    var acted = HostRecord(app: "shop")
    var refusals: Set<Target> = []
    var everVerified: Set<Digest> = []
    var everAdmitted: Set<Digest> = []
    var hasServed = false
    var agentEnds = 0
    /// The first law that was broken, in words.
    package internal(set) var violation: String?
    /// What happened, a line each. Only kept when asked for.
    package internal(set) var trace: [String]?

    /// - Parameter mutation: A fault in the runner itself.
    package init(seed: UInt64, sideBySide: Bool, mutation: SimulationMutation? = nil, keepsTrace: Bool = false) {
        self.seed = seed
        self.sideBySide = sideBySide
        self.mutation = mutation
        // Two of three hosts have a gate.
        self.rules = DeploymentRules(
            bake: .seconds(10), attempts: 2, firstPause: .seconds(1), longestPause: .seconds(8), interruptions: 3,
            settled: .seconds(60), gated: !seed.isMultiple(of: 3))
        self.random = SeededRandom(seed: seed)
        self.rank = Int.random(in: 0..<1_000_000, using: &random)
        self.deployment = Deployment(resuming: saved, rules: rules, sideBySide: sideBySide, firstGeneration: 1)
        self.trace = keepsTrace ? [] : nil
    }

    /// Runs to the end, or to the first broken law.
    package func run(steps: Int = 150) {
        restart()
        for _ in 0..<steps where violation == nil { step() }
        if violation == nil { settle() }
        if violation == nil { judgeRest() }
        if let violation { note("VIOLATION: \(violation)") }
    }

    /// The trace of a seed, for a failing test to print.
    package static func replay(seed: UInt64, sideBySide: Bool, mutation: SimulationMutation? = nil) -> String {
        let simulation = DeploymentSimulation(seed: seed, sideBySide: sideBySide, mutation: mutation, keepsTrace: true)
        simulation.run()
        return (simulation.trace ?? []).joined(separator: "\n")
    }

    // MARK: Choices

    private func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<56: progress()
        case 56..<70: passTime()
        case 70..<80: look()
        case 80..<88: changeLog()
        default: fault()
        }
    }

    /// Something that is under way gets on, whatever it is.
    func progress() {
        let starting = backends.indices.filter { backends[$0].readySince == nil }
        let count = pending.count + copying.count + starting.count + gates.count
        guard count > 0 else { return passTime() }
        let choice = Int.random(in: 0..<count, using: &random)
        if choice < pending.count {
            deliver(choice)
        } else if choice < pending.count + copying.count {
            finishCopy(choice - pending.count)
        } else if choice < pending.count + copying.count + starting.count {
            finishStart(starting[choice - pending.count - copying.count])
        } else {
            finishGate(choice - pending.count - copying.count - starting.count)
        }
    }

    /// Hands in an event, but no tick before an end that came before it: the runner has one queue.
    private func deliver(_ choice: Int) {
        var choice = choice
        if pending[choice] == .ticked {
            let earlier = pending[..<choice].firstIndex { event in
                switch event {
                case .exited, .foundUnhealthy: true
                default: false
                }
            }
            choice = earlier ?? choice
        }
        handle(pending.remove(at: choice))
    }

    /// The host rests when nothing is under way, nothing is due, and another look changes nothing. What can never rest, such as
    /// a first release that never gets ready, is let go on for a while.
    private func settle() {
        faultsHappen = false
        volumeAnswers = true
        swapsFail = false
        gateIsBroken = false
        note("the faults stop")
        for _ in 0..<300 where violation == nil {
            if !pending.isEmpty || !copying.isEmpty || !gates.isEmpty || backends.contains(where: { $0.readySince == nil }) {
                progress()
                continue
            }
            let before = deployment
            look()
            while !pending.isEmpty, violation == nil { deliver(0) }
            if deployment != before { continue }
            guard !wakes.isEmpty else { return }
            passTime()
        }
    }

    func note(_ line: @autoclosure () -> String) {
        guard trace != nil else { return }
        trace?.append("\(now) \(line())")
    }

    func name(_ release: Digest?) -> String {
        guard let release, let number = releases.firstIndex(where: { $0.digest == release }) else { return "nothing" }
        return "r\(number)(\(releases[number].nature))"
    }
}
