import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// One host of a volume: its ports, its local store, its configuration. Outlives the agents that run on it.
struct TestHost: Sendable {
    let volume: TestVolume
    var id = "host-1"
    let port = LoopbackPort.take()
    let adminPort = LoopbackPort.take()
    var bake = "300ms"
    var attempts = 1
    var drain = "20s"
    /// How long a backend may take to get ready.
    var start = "\(20 * Patience.factor)s"
    var poll = "100ms"
    var list = "1s"
    var status = "1s"
    /// Lines of `[app.runtime]`.
    var runtime = "kind = \"spin\"\nprogram = \"\(Program.spin)\""
    /// Failed probes in a row that are too many.
    var probes = 3
    /// More lines of `[app.probe]`.
    var probe = ""
    /// More lines of `[app.gateway]`.
    var gateway = ""
    /// More sections.
    var sections = ""
    /// Lines of `[app.hooks]`.
    var hooks = ""
    /// What a shell does before it becomes the agent, which is `"$@"`; `nil`: no shell.
    var shell: String?

    init(_ volume: TestVolume) { self.volume = volume }

    var store: FilePath { volume.home.appending("store-\(id)") }
    var configurationPath: FilePath { volume.home.appending("\(id).toml") }
    var current: FilePath { store.appending(volume.app).appending("current") }

    var configuration: String {
        """
        trust = "\(volume.trust)"

        [host]
        id = "\(id)"

        [volume]
        path = "\(volume.path)"
        poll = "\(poll)"
        list = "\(list)"
        status = "\(status)"
        deadline = "\(2 * Patience.factor)s"

        [store]
        path = "\(store)"

        [admin]
        listen = "127.0.0.1:\(adminPort)"

        [log]
        level = "debug"

        \(sections)

        [[app]]
        name = "\(volume.app)"
        listen = "127.0.0.1:\(port)"
        bake = "\(bake)"
        attempts = \(attempts)
        drain = "\(drain)"
        stop = "2s"

        [app.runtime]
        \(runtime)

        [app.probe]
        interval = "100ms"
        failures = \(probes)
        start = "\(start)"
        \(probe)

        [app.gateway]
        hold-timeout = "\(20 * Patience.factor)s"
        \(gateway)

        [app.hooks]
        \(hooks)
        """
    }

    /// Starts an agent here; waits until its admin listener answers.
    func start(adding variables: [String: String] = [:]) async throws -> AgentProcess {
        let agent = try launch(adding: variables)
        guard await agent.answers() else { throw Program.Failure(description: "no agent: \(agent.log)") }
        return agent
    }

    /// Starts an agent here; it may end at any moment.
    func launch(adding variables: [String: String] = [:], passing socket: Int32? = nil) throws -> AgentProcess {
        try LinuxFileSystem().write(Array(configuration.utf8), to: configurationPath, mode: 0o644)
        return try AgentProcess(host: self, adding: variables, passing: socket)
    }
}

extension TestHost {
    private var localStore: LocalStore {
        get throws { try LocalStore.open(LocalLayout(store: store, app: #require(AppName(volume.app))), in: LinuxFileSystem()) }
    }

    /// The release that `current` names.
    func currentRelease() throws -> Digest? { try CurrentLink(localStore).read() }

    /// Where a release's local copy is.
    func copy(of release: Digest) throws -> FilePath { try localStore.layout.release(release) }

    /// What the host remembers.
    func record() throws -> HostRecord? { try HostRecordFile(localStore).read() }

    /// Checks the local store against the laws; a sentence when one is broken.
    func defect() throws -> String? {
        guard let release = try currentRelease() else { return "current names nothing" }
        return try defect(of: release)
    }

    /// The same of one local copy.
    func defect(of release: Digest) throws -> String? {
        let store = try localStore
        do throws(StoreError) {
            _ = try LocalRelease.verify(release, in: store, rewrite: VersionRewrite.make())
            return nil
        } catch {
            return "\(error)"
        }
    }
}
