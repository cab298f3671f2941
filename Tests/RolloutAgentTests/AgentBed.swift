import Foundation
import Gateway
import Logging
import ReleaseSource
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

@testable import RolloutAgent

/// A volume, a configuration and an agent in this process, with the Spin stand-in as its runtime.
struct AgentBed {
    let directory: FilePath
    let fixture: VolumeFixture

    init(in directory: FilePath) throws {
        self.directory = directory
        self.fixture = try VolumeFixture(in: directory)
        try TrustPolicyFile.save(fixture.policy, to: directory.appending("trust.json"), in: fixture.fileSystem)
    }

    func configuration(_ change: (inout AgentConfiguration) -> Void = { _ in }) -> AgentConfiguration {
        var app = AppSection(name: fixture.app, listen: ListenAddress(host: "127.0.0.1", port: 0), bake: .milliseconds(400))
        app.runtime = RuntimeSection(kind: .spin, program: Self.standIn)
        app.probe.interval = .milliseconds(50)
        app.probe.start = Patience.deadline(.seconds(10))
        var configuration = AgentConfiguration(
            host: HostSection(id: "host-1"), volume: VolumeSection(path: fixture.root, poll: .milliseconds(30)),
            store: StoreSection(path: directory.appending("store")), trust: .policy(directory.appending("trust.json")),
            admin: AdminSection(listen: ListenAddress(host: "127.0.0.1", port: 0)), apps: [app])
        change(&configuration)
        return configuration
    }

    static var standIn: FilePath {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath ?? CommandLine.arguments[0]
        return FilePath(bundle).removingLastComponent().appending("spin-stand-in")
    }

    @discardableResult
    func publish(_ behavior: StandInBehavior) throws -> Digest {
        let source = directory.appending("app.wasm")
        try Data(StandInArtifact.wasm(behavior)).write(to: URL(filePath: source.string))
        let release = try ReleaseSource(fixture.fileSystem).open(source)
        var digests: [RelativePath: Digest] = [:]
        for file in release.files {
            let reader = try file.content.open()
            digests[file.path] = Digest(of: try reader.read(at: 0, count: Int(reader.size)))
        }
        guard let manifest = release.manifest(app: fixture.app, digests: digests) else {
            preconditionFailure("a digest is missing")
        }
        let pending = PendingRelease(manifest: manifest) { (file) throws(ContentError) in
            guard let found = release.files.first(where: { $0.path == file.path }) else { throw ContentError("no such file") }
            return try found.content.open()
        }
        return try fixture.publisher().publish(pending, channel: fixture.channel, message: "").release
    }

    /// Runs an agent as long as `body` does; `body` gets its only app.
    func run(
        _ change: (inout AgentConfiguration) -> Void = { _ in }, _ body: (AppAgent) async throws -> Void
    ) async throws {
        try await running(change) { host in
            guard let app = host.apps.first?.agent else { preconditionFailure("the configuration has one app") }
            try await body(app)
        }
    }

    /// The same with all of the agent.
    func running(
        _ change: (inout AgentConfiguration) -> Void = { _ in },
        environment: [String: String] = ["AWS_EC2_METADATA_DISABLED": "true"], clock: any HostClock = SystemClock(),
        _ body: (AgentHost) async throws -> Void
    ) async throws {
        let agent = try await agent(change, environment: environment, clock: clock)
        let running = Task { try await agent.run() }
        do {
            try await body(agent.host)
        } catch {
            running.cancel()
            _ = await running.result
            throw error
        }
        running.cancel()
        _ = await running.result
    }

    /// Runs `body` with an app of an agent that does nothing: whatever it is told stays unhandled.
    func idle(_ body: (AppAgent) throws -> Void) async throws {
        let agent = try await agent()
        let result = Result { for app in agent.host.apps { try body(app.agent) } }
        for app in agent.host.apps {
            await app.gateway?.stop()
            await app.store.close()
        }
        try result.get()
    }

    private func agent(
        _ change: (inout AgentConfiguration) -> Void = { _ in },
        environment: [String: String] = ["AWS_EC2_METADATA_DISABLED": "true"], clock: any HostClock = SystemClock()
    ) async throws -> Agent {
        var logger = Logger(label: "agent")
        logger.logLevel = .critical
        return try await Agent(
            configuration: configuration(change),
            environment: environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { own, _ in own }, clock: clock,
            logger: logger)
    }

    var currentPath: FilePath { fixture.localLayout.current }

    func current() throws -> Digest? { try CurrentLink(try fixture.localStore()).read() }
}

extension AppAgent {
    /// Whether it serves the release, and nothing is under way.
    func isSettled(on release: Digest) -> Bool {
        let deployment = deployment
        return deployment.serving?.ready?.release == release && deployment.record.probation == nil
            && deployment.candidate == nil
    }
}
