import RolloutCore

/// One host of a `FleetSimulation`: the real log, planner and deployment, and around them a disk, backends and a gateway of a few lines.
final class SimulatedFleetHost {
    let id: HostID
    let labels: [String: String]
    /// It counts by a lease, and comes and goes.
    let isFleeting: Bool
    let lie: FleetLie?
    /// Its clock less the true time.
    let skew: Duration
    /// Requests per second.
    var traffic: UInt64

    // Its disk.
    var saved = HostRecord(app: FleetSimulation.app)

    // Its memory.
    var deployment: Deployment
    var log: TrustedLog
    var generation: UInt64 = 1
    var pending: [(at: Instant, event: DeploymentEvent)] = []
    var backends: Set<BackendID> = []
    var began: Instant
    var planned: (sequence: UInt64, refusals: Int, serving: Digest?)?

    // Its condition.
    /// It ended without a word, and never comes back.
    var isGone = false
    /// When it last could have written its status, but for the volume.
    var ableAt: Instant
    /// What it runs is about to take the machine down.
    var diesAt: Instant?
    var downUntil: Instant?
    var frozenUntil: Instant?
    /// Until then the volume does not answer it.
    var blindUntil: Instant?

    // Its gateway.
    var serving: (release: Digest, since: Instant)?
    var current: ReleaseSample?
    var previous: ReleaseSample?
    var counted: Instant

    // Its status: every version that was written, newest last, a few.
    var written: [HostReport] = []

    init(
        id: HostID, labels: [String: String], isFleeting: Bool, lie: FleetLie?, skew: Duration, traffic: UInt64,
        policy: TrustPolicy, now: Instant
    ) {
        self.id = id
        self.labels = labels
        self.isFleeting = isFleeting
        self.lie = lie
        self.skew = skew
        self.traffic = traffic
        self.began = now
        self.counted = now
        self.ableAt = now
        self.log = TrustedLog(app: FleetSimulation.app, policy: policy)
        self.deployment = Deployment(resuming: saved, rules: FleetSimulation.rules, sideBySide: true, firstGeneration: 1)
    }

    func isUp(at now: Instant) -> Bool { downUntil == nil && frozenUntil.map { $0 <= now } ?? true }

    func sees(at now: Instant) -> Bool { blindUntil.map { $0 <= now } ?? true }

    /// Starts its agent anew, with what its disk remembers.
    func restart(policy: TrustPolicy, now: Instant) {
        generation += 1000
        downUntil = nil
        frozenUntil = nil
        deployment = Deployment(
            resuming: saved, rules: FleetSimulation.rules, sideBySide: true, firstGeneration: generation)
        log = TrustedLog(app: FleetSimulation.app, policy: policy, resuming: saved.accepted)
        pending = [(now, .began)]
        backends = []
        began = now
        planned = nil
        serving = nil
        current = nil
        previous = nil
        counted = now
    }

    /// Counts requests up to now.
    func count(at now: Instant, nature: (Digest) -> FleetRelease.Nature?) {
        let seconds = UInt64(max((now - counted).milliseconds / 1000, 0))
        guard seconds > 0 else { return }
        counted = counted + .seconds(Int64(seconds))
        guard let release = serving?.release, let nature = nature(release) else { return }
        if current?.release != release {
            previous = current
            current = ReleaseSample(release: release)
        }
        let requests = seconds * traffic
        current?.requests += requests
        if nature == .erring { current?.errors += requests / 5 }
        if traffic > 0 { current?.latency = nature == .slow ? 400_000 : 30_000 }
    }

    /// What it writes about itself.
    func report(target: Target?, head: LogEntry?, at now: Instant) -> HostReport {
        let clock = now + skew
        var report = HostReport(
            host: id, app: FleetSimulation.app, channel: FleetSimulation.channel, labels: labels, updated: clock)
        report.began = began + skew
        if let lie { return tell(lie, target: target, head: head, report) }
        if let slot = deployment.serving, slot.ready != nil {
            report.serving = slot.target
        } else if let slot = deployment.fallback, slot.ready != nil {
            report.serving = slot.target
        }
        report.isReady = report.serving != nil
        report.servingSince = serving.map { $0.since + skew }
        report.attempting = deployment.candidate?.target
        report.acceptedSequence = deployment.record.accepted?.sequence ?? 0
        report.acceptedDigest = deployment.record.accepted?.digest
        report.refused = deployment.record.refused
        report.evidence = current.map { sample in
            let isBad = deployment.serving?.fault != nil
            return HostEvidence(current: sample, previous: previous, probesPassed: isBad ? 1 : 5, probesFailed: isBad ? 3 : 0)
        }
        if isFleeting { report.leaseUntil = clock + .seconds(40) }
        return report
    }

    private func tell(_ lie: FleetLie, target: Target?, head: LogEntry?, _ truth: HostReport) -> HostReport {
        var report = truth
        report.isReady = true
        report.serving = target
        report.servingSince = Instant(milliseconds: 0)
        report.began = Instant(milliseconds: 0)
        report.acceptedSequence = head?.record.sequence ?? 0
        report.acceptedDigest = head?.digest
        report.evidence = target.map {
            HostEvidence(current: ReleaseSample(release: $0.release, requests: 1 << 50, latency: 1), probesPassed: 1000)
        }
        switch lie {
        case .success: break
        case .future:
            report.servingSince = report.updated + .seconds(86_400)
            report.updated = report.updated + .seconds(172_800)
        case .otherApp: report.app = "other"
        case .otherLog: report.acceptedDigest = FleetRelease.digest(1, kind: 9)
        case .refusal:
            report.serving = nil
            report.refused =
                target.map {
                    [Refusal(release: $0.release, decision: $0.decision, reason: "A lie.", at: report.updated)]
                } ?? []
        case .moving:
            report.serving = nil
            report.attempting = target
        }
        return report
    }
}
