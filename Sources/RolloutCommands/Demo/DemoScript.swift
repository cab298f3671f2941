import NIOCore
import ReleaseStore
import RolloutCore
import RolloutSystem
import SystemPackage

/// What happens in the demo, in order.
struct DemoScript: Sendable {
    let artifacts: DemoArtifacts
    let place: DemoPlace
    let screen: DemoScreen
    let connections: Int

    private static let patience: Duration = .seconds(60)

    func run() async throws -> DemoOutcome {
        try await command(["init", place.volume.string])
        try await command(["keygen", "--name", "demo", "--directory", place.directory.string])
        try await command([
            "keygen", "--name", "coordinator", "--role", "coordinate", "--key-only", "--directory", place.directory.string,
        ])
        try trustCoordinator()
        for host in DemoHost.all(in: place.directory) {
            try host.prepare(place)
            try await place.startAgent(host)
        }
        screen.say("Three agents run: instance, container, function. They share one volume.")
        let watch = FleetWatch(volume: try Volume.open(at: place.volume, in: CommandHost.files), screen: screen)
        try await publish(artifacts.first, "v1")
        let first = try await watch.wait(Self.patience, until: { $0.count == 3 && $0.allSatisfy { $0.serves("v1") } }, place)
        let balancer = try await Balancer.start(to: try first.map { try SocketAddress($0.gateway) })
        screen.say("A balancer is in front of them; \(connections) strict clients begin.")
        let load = DemoLoad(port: balancer.port, connections: connections)
        watch.load = load
        do {
            let moves = try await moves(watch)
            await load.stop()
            await balancer.stop()
            return outcome(of: load, moves: moves)
        } catch {
            await load.stop()
            await balancer.stop()
            throw error
        }
    }

    private func moves(_ watch: FleetWatch) async throws -> [DemoOutcome.Move] {
        var moves: [DemoOutcome.Move] = []
        try await watch.pause(.seconds(2), place)
        var began = CommandHost.now
        try await publish(artifacts.second, "v2", Self.waves)
        _ = try await watch.wait(Self.patience, until: { $0.allSatisfy { $0.serves("v2") } }, place)
        moves.append(.init(what: "publish v2 in 2 waves", outcome: "all serve v2", seconds: watch.seconds(since: began)))
        _ = try await watch.wait(
            Self.patience, until: { $0.allSatisfy { $0.serves("v2") && !$0.isBaking } && !isRollingOut }, place)
        screen.say("v2 has survived its probation on every host. \(coordinatorsWords)")

        began = CommandHost.now
        try await publish(artifacts.broken, "v3", Self.waves)
        let hosts = try await watch.wait(
            Self.patience, until: { $0.contains { $0.hasRefused("v3") } && !isRollingOut && $0.allSatisfy { $0.serves("v2") } },
            place)
        let canaries = hosts.filter { $0.hasRefused("v3") }
        moves.append(
            .init(
                what: "publish v3, which is broken",
                outcome: "\(canaries.count) of 3 hosts tried it; it is quarantined, v2 serves on",
                seconds: watch.seconds(since: began)))
        if let reason = canaries.first?.refusal { screen.say("Why, says \(canaries[0].host): \(reason)") }
        screen.say(coordinatorsWords)
        try await watch.pause(.seconds(1), place)

        began = CommandHost.now
        try await command(["rollback", "--app", "hello", "--to", "v1", "--message", "v3 is broken"])
        _ = try await watch.wait(Self.patience, until: { $0.allSatisfy { $0.serves("v1") } }, place)
        moves.append(.init(what: "rollback to v1", outcome: "all serve v1", seconds: watch.seconds(since: began)))
        try await watch.pause(.seconds(2), place)
        return moves
    }

    private func outcome(of load: DemoLoad, moves: [DemoOutcome.Move]) -> DemoOutcome {
        let counts = load.counts
        return DemoOutcome(
            requests: counts.requests, failures: counts.failures, failureReasons: counts.reasons, byRelease: counts.byVersion,
            byHost: counts.byHost, moves: moves, loadSeconds: load.seconds)
    }

    private static let waves = ["--waves", "1,100%", "--bake", "2s", "--evidence", "minimum=10,errors=1%"]

    private func publish(_ artifact: FilePath, _ version: String, _ waves: [String] = []) async throws {
        try await command(["publish", artifact.string, "--app", "hello", "--version-label", version] + waves)
    }

    /// The hosts trust the key that some of them coordinate with.
    private func trustCoordinator() throws {
        let key = try SigningKeyFile.load(place.coordinatorKey, in: CommandHost.files)
        var policy = try TrustPolicyFile.load(place.policy, in: CommandHost.files)
        policy.keys.append(TrustedKey(publicKey: key.publicKey, name: key.name, roles: [.coordinate]))
        try CommandHost.files.unlink(place.policy, for: .userWrite)
        try TrustPolicyFile.save(policy, to: place.policy, in: CommandHost.files)
    }

    private var newest: Record? {
        guard let volume = try? Volume.open(at: place.volume, in: CommandHost.files) else { return nil }
        return try? ReleaseLog(volume: volume, app: "hello", policy: nil).newest()?.record
    }

    private var isRollingOut: Bool { newest?.state.channels.values.contains { $0.rollout != nil } ?? true }

    private var coordinatorsWords: String { newest.map { "Says the coordinator, \($0.who): \($0.message)" } ?? "" }

    /// Runs a command of this program as a person would, and shows it.
    private func command(_ arguments: [String]) async throws {
        let shown = arguments.map { $0 == place.directory.string ? "." : $0.replacing("\(place.directory)/", with: "") }
        screen.say("$ wasmrollout " + shown.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " "))
        var environment = CommandHost.environment
        environment["WASMROLLOUT_VOLUME"] = place.volume.string
        environment["WASMROLLOUT_KEY"] = place.key.string
        environment["WASMROLLOUT_TRUST"] = arguments.first == "keygen" ? nil : place.policy.string
        let request = LaunchRequest(
            executable: place.program, arguments: arguments, environment: environment, standardError: .lines)
        let process = try await place.launcher.start(request, for: .demoStart)
        var errors: [String] = []
        for await line in process.output.lines { errors.append(line.text) }
        guard await process.waitForExit().status == .exited(0) else {
            throw CommandFailure(.unavailable, errors.joined(separator: "\n"))
        }
        try Task.checkCancellation()
    }
}
