import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// A volume, an agent on each of several hosts, of which the first two may coordinate, and v1 serving on all of them.
struct FleetScene: Sendable {
    static let channel: ChannelName = "stable"
    /// The number of the record that `roll` writes first.
    static let firstRollout: UInt64 = 2

    /// A release on its way through the fleet.
    struct Rollout: Sendable {
        let release: Digest
        let id: UInt64
        let plan: RolloutPlan

        /// Whether one of the waves up to this one, from 0, lets a host in.
        func admits(_ host: String, upTo wave: Int) -> Bool {
            let rank = hostRank(of: HostID(unchecked: host), inRollout: id)
            return plan.waves[...wave].contains { $0.admits(rank: rank, labels: [:]) }
        }

        /// The wave that lets a host in, from 0.
        func wave(of host: String) -> Int { plan.waves.indices.first { admits(host, upTo: $0) } ?? plan.waves.count }
    }

    let volume: TestVolume
    let agents: [AgentProcess]
    let publisher: Publisher
    let first: Digest

    func head() throws -> AcceptedHead? { try VolumeCoordination(publisher).head() }

    func state() throws -> ChannelState? { try head()?.state.channels[Self.channel] }

    /// Publishes a release in waves.
    func roll(_ behavior: StandInBehavior, label: String, _ template: PlanTemplate) async throws -> Rollout {
        let source = try volume.artifact(behavior, label: label)
        let options = [
            "--waves", template.waves.map(\.description).joined(separator: ","),
            "--bake", template.bakes.map(\.text).joined(separator: ","), "--max-failures", "\(template.maxFailures)",
            "--max-unavailable", "\(template.maxUnavailable)", "--evidence", template.evidence?.description ?? "none",
            "--lost-after", template.lostAfter?.text ?? "never",
        ]
        try await Program.succeed(volume.publishArguments(source: source, label: label) + options, home: volume.home)
        let state = try #require(try state())
        let rollout = try #require(state.rollout)
        return Rollout(release: state.target, id: rollout.id, plan: rollout.plan)
    }

    static func rollout(of release: Digest, number: UInt64, _ template: PlanTemplate, hosts: [String]) -> Rollout {
        let ranks = hosts.map { (hostRank(of: HostID(unchecked: $0), inRollout: number), [String: String]()) }
        return Rollout(release: release, id: number, plan: template.plan(hosts: ranks))
    }

    static func names(of count: Int) -> [String] { (1...count).map { "host-\($0)" } }
}

extension FleetScene {
    /// Starts a strict client at every gateway.
    func load(connections: Int = 1) -> [String: StrictClient] {
        let clients = agents.map { agent in
            var load = StrictClient.Load(port: agent.host.port)
            (load.connections, load.postEvery, load.pause) = (connections, 0, .milliseconds(20))
            return (agent.host.id, StrictClient(load))
        }
        for (_, client) in clients { client.start() }
        return Dictionary(uniqueKeysWithValues: clients)
    }

    static func reports(of clients: [String: StrictClient]) async -> [String: StrictReport] {
        var reports: [String: StrictReport] = [:]
        for (host, client) in clients { reports[host] = await client.stop() }
        return reports
    }

    /// Waits until a release is for everyone.
    func promotes(_ release: Digest, within limit: Duration = .seconds(180)) async -> Bool {
        await eventually(within: limit) { (try? state()?.promoted.first) == release }
    }

    /// Waits until one of the hosts has written these words to its log.
    func tells(_ words: String, within limit: Duration = .seconds(90)) async -> Bool {
        await eventually(within: limit) { agents.contains { $0.count(words) > 0 } }
    }

    /// How many releases each host has tried so far.
    var moves: [Int] { agents.map { $0.count("Moving to a release") } }

    /// Waits until a host has polled the volume so often.
    func polls(_ count: Int, by agent: AgentProcess) async throws -> Bool {
        let before = try #require(await agent.polls())
        return await eventually(within: .seconds(60)) { (await agent.polls() ?? 0) >= before + count }
    }
}

/// Starts a fleet, runs the test in it, and leaves no process behind.
///
/// - Parameters:
///   - configure: changes a host before its agent starts.
func withFleet(
    of count: Int, configure: (inout TestHost) -> Void = { _ in },
    _ body: (FleetScene) async throws -> Void
) async throws {
    try await withTemporaryDirectory { home in
        let volume = try await TestVolume.make(in: home)
        let (policy, coordinatorKey) = try await addCoordinator(to: volume)
        let first = try await volume.publish(.serving("v1"), label: "v1")
        var agents: [AgentProcess] = []
        do {
            for (number, name) in FleetScene.names(of: count).enumerated() {
                var host = TestHost(volume)
                host.id = name
                if number < 2 { host.sections = "[coordinator]\nkey = \"\(coordinatorKey)\"\ninterval = \"200ms\"" }
                configure(&host)
                agents.append(try host.launch())
            }
            for agent in agents {
                #expect(await agent.settles(on: first.release, within: .seconds(90)), "\(agent.log.suffix(2000))")
            }
            let files = LinuxFileSystem()
            let publisher = Publisher(
                root: volume.path, app: try #require(AppName(volume.app)), policy: policy,
                keys: [try SigningKeyFile.load(volume.key, in: files)], who: "test", clock: SystemClock(), in: files)
            let scene = FleetScene(volume: volume, agents: agents, publisher: publisher, first: first.release)
            // Waves are made of the hosts that have reported.
            #expect(
                try await eventually { try VolumeCoordination(publisher).statuses().count(where: \.isReady) == count })
            try await body(scene)
        } catch {
            await endAll(of: home)
            throw error
        }
        await withTaskGroup(of: Void.self) { group in
            for agent in agents { group.addTask { await agent.stop() } }
        }
        await endAll(of: home)
    }
}

/// Makes a key that may only coordinate, and has the hosts trust it.
private func addCoordinator(to volume: TestVolume) async throws -> (TrustPolicy, FilePath) {
    let home = volume.home
    let files = LinuxFileSystem()
    try await Program.succeed(
        ["keygen", "--directory", home.string, "--name", "coordinator", "--role", "coordinate", "--key-only"], home: home)
    let path = home.appending("coordinator.key.json")
    var policy = try TrustPolicyFile.load(volume.trust, in: files)
    let key = try SigningKeyFile.load(path, in: files)
    policy.keys.append(TrustedKey(publicKey: key.publicKey, name: key.name, roles: [.coordinate]))
    try files.unlink(volume.trust, for: .userWrite)
    try TrustPolicyFile.save(policy, to: volume.trust, in: files)
    return (policy, path)
}
