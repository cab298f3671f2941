import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

/// One volume with the statuses of a whole fleet in it, and a rollout that has reached half of it.
struct FleetBench {
    private let count: Int
    private let directory = TemporaryDirectory()
    private let fixture: VolumeFixture
    private let clock = SystemClock()
    private var now: Instant { Instant(milliseconds: clock.wallMilliseconds) }

    init(hosts count: Int) throws {
        self.count = count
        let files = InterceptingFileSystem(syncs: false)
        fixture = try VolumeFixture(in: directory.path, fileSystem: files)
        try fixture.publish("1.0")
        let half = WaveSize(millionths: 500_000).map { [Wave($0, bake: .seconds(3600))] } ?? []
        let plan = RolloutPlan(half + [Wave(.everyone)], evidence: EvidencePolicy())
        _ = try publisher(files).publish(fixture.release("2.0"), channel: fixture.channel, plan: .exact(plan), message: "")
        try writeStatuses(share: 1)
    }

    func run() throws {
        defer { directory.remove() }
        try poll()
        let files = LinuxFileSystem()
        let counting = InterceptingFileSystem()
        // As long as it takes to read them all.
        let place = VolumeCoordination(publisher(files), budget: .seconds(3600))
        let counted = VolumeCoordination(publisher(counting), budget: .seconds(3600))
        var (pass, other) = (makePass("coordinator"), makePass("coordinator"))
        for (what, share) in [("first pass", 0.0), ("pass, nothing changed", 0.0), ("pass, 2 of 5 changed", 0.4)] {
            try writeStatuses(share: share)
            let time = try seconds { _ = try pass.run(at: place, now: now) { hostRank(of: $0, inRollout: $1) } }
            counting.forgetCalls()
            let outcome = try other.run(at: counted, now: now) { hostRank(of: $0, inRollout: $1) }
            show(what, time, counting.calls)
            guard case .decided(let decisions, _) = outcome, let decision = decisions[fixture.channel] else { continue }
            if what == "first pass" { print("        it says: \(decision.reason)") }
        }
        let another = makePass("another")
        var waiting = another
        counting.forgetCalls()
        let time = try seconds { _ = try waiting.run(at: counted, now: now) { hostRank(of: $0, inRollout: $1) } }
        show("pass of who has not got the lease", time, counting.calls)
    }

    /// What every host does, whatever the number of the others.
    private func poll() throws {
        let files = InterceptingFileSystem()
        var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
        defer { poll.close(in: files) }
        for _ in 0..<3 { _ = try poll.poll(in: files) }
        files.forgetCalls()
        let time = try seconds { _ = try poll.poll(in: files) }
        show("one host's poll, nothing changed", time, files.calls, hosts: 1)
    }

    private func show(_ what: String, _ time: Double, _ calls: [FileCall], hosts: Int? = nil) {
        let hosts = hosts ?? count
        let read = calls.count { $0.operation == .open && $0.path.starts(with: fixture.layout.hosts(fixture.app)) }
        let perHost = String(Double(calls.count) / Double(hosts), decimals: 2)
        print(
            "\(count)".padded(8) + what.padded(36) + String(time, decimals: 4).padded(10) + perHost.padded(13)
                + "\(calls.count)".padded(9) + "\(read)")
    }

    private func makePass(_ name: String) -> CoordinatorPass {
        CoordinatorPass(Coordinator(app: fixture.app), on: HostID(unchecked: name))
    }

    private func publisher(_ files: any FileSystem) -> Publisher {
        Publisher(
            root: fixture.root, app: fixture.app, policy: fixture.policy, keys: [fixture.key], who: "bench", clock: clock,
            in: files)
    }

    private func writeStatuses(share: Double) throws {
        guard share > 0 else { return }
        let files = InterceptingFileSystem(syncs: false)
        guard let head = try VolumeCoordination(publisher(LinuxFileSystem())).head(),
            let channel = head.state.channels[fixture.channel], let rollout = channel.rollout
        else { return }
        for number in 0..<count where Double(number % 100) < share * 100 {
            let host = HostID(unchecked: "host-\(number)")
            var status = HostStatus(
                host: host, app: fixture.app, channel: fixture.channel, kind: "instance", health: .ready,
                checksSignatures: true,
                agentVersion: "bench", updated: now)
            let isIn = rollout.admits(rank: hostRank(of: host, inRollout: rollout.id), labels: [:])
            let before = channel.promoted.first ?? channel.target
            status.serving =
                isIn ? Target(release: channel.target, decision: channel.decision) : Target(release: before, decision: 1)
            status.servingSince = now
            status.acceptedSequence = head.sequence
            status.acceptedDigest = head.digest
            status.labels = ["zone": "eu-central-1a", "region": "eu-central-1"]
            status.evidence = HostEvidence(
                current: ReleaseSample(release: status.serving?.release ?? before, requests: 1000, errors: 1, latency: 3000),
                previous: ReleaseSample(release: before, requests: 1000, errors: 1, latency: 3000), probesPassed: 3)
            try StatusFile(path: fixture.layout.status(fixture.app, host)).write(status, in: files)
            files.forgetCalls()
        }
    }
}
