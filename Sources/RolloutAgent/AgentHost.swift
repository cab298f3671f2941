import Crypto
import Gateway
import Hosts
import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import Runtimes
import SystemPackage

/// Everything an agent is made of, made in the order in which it is needed.
struct AgentHost: Sendable {
    let profile: HostProfile
    let apps: [HostedApp]
    let watcher: VolumeWatcher
    let hints: LocalHints
    let reporter: StatusReporter
    let admin: AdminService
    let watch: HostWatch
    /// What drives the agent where Lambda does.
    let function: FunctionHost?

    init(
        configuration: AgentConfiguration, at place: HostPlace, environment: [String: String],
        clock: any HostClock = SystemClock(), logger: Logger
    ) async throws(AgentError) {
        var environment = environment
        let files = makeFileSystem()
        let launcher = makeLauncher()
        let profile = place.profile
        let lifecycle = try await LifecycleChoice.make(
            profile, configuration.host, environment: environment, files: files, logger: logger)
        var sockets = PassedSockets(taking: &environment, logger: logger)
        for name in ServiceManager.variables { environment[name] = nil }
        let policy = try Self.policy(configuration.trust, files)
        let skew = MeasuredSkew()
        var apps: [HostedApp] = []
        for var section in configuration.apps {
            let stopping = StopPlan(section, on: profile)
            section.stop = stopping.stop
            let maker = AppMaker(
                section: section, stopping: stopping, configuration: configuration, place: place, policy: policy, files: files,
                launcher: launcher,
                clock: clock, skew: skew, environment: environment, descriptor: sockets.take(for: section), logger: logger)
            apps.append(try await maker.make())
        }
        let lane = BlockingLane("volume", path: configuration.volume.path)
        let watcher = VolumeWatcher(
            section: configuration.volume,
            apps: apps.map { app in
                let planner = Planner(channel: app.section.channel, host: profile.id, labels: profile.groupLabels)
                return .init(look: app.look, planner: planner, host: profile.id, agent: app.agent)
            }, lane: lane, clock: clock, logger: logger)
        let reporter = StatusReporter(
            section: configuration.volume,
            apps: apps.map { AppStatus(host: profile, app: $0, checksSignatures: policy != nil, began: clock.now) },
            lane: lane, files: files, clock: clock, skew: skew, logger: logger, view: { watcher.view(of: $0) })
        watcher.observeTrouble { [bell = reporter.bell] in bell.ring() }
        self.profile = profile
        self.apps = apps
        self.watcher = watcher
        self.hints = LocalHints(
            layout: VolumeLayout(root: configuration.volume.path), apps: apps.map(\.section.name), watcher: watcher)
        self.reporter = reporter
        self.admin = try await AdminService(
            listen: configuration.admin.listen, descriptor: sockets.takeAdmin(configuration.admin.listen), reporter: reporter,
            apps: apps, watcher: watcher)
        let departure = HostDeparture(
            host: profile.id, command: configuration.host.onDrain, apps: apps, launcher: launcher, environment: environment,
            logger: logger)
        sockets.reportUnused()
        self.watch = HostWatch(
            lifecycle: lifecycle, apps: apps, watcher: watcher, reporter: reporter, departure: departure, logger: logger)
        self.function = place.platform.map { platform in
            FunctionHost(
                platform: platform, apps: apps, watcher: watcher, reporter: reporter, freezes: place.freezes,
                rules: configuration.function.rules, clock: clock, logger: logger)
        }
    }

    private static func policy(_ setting: TrustSetting, _ files: any FileSystem) throws(AgentError) -> TrustPolicy? {
        guard case .policy(let path) = setting else { return nil }
        do throws(StoreError) { return try TrustPolicyFile.load(path, in: files) } catch {
            throw AgentError(.configuration, error.description)
        }
    }
}

/// Makes one app of an agent.
struct AppMaker {
    let section: AppSection
    let stopping: StopPlan
    let configuration: AgentConfiguration
    let place: HostPlace
    let policy: TrustPolicy?
    let files: any FileSystem
    let launcher: any ProcessLauncher
    let clock: any HostClock
    let skew: MeasuredSkew
    let environment: [String: String]
    /// A listening socket that was passed to this process, instead of `section.listen`.
    let descriptor: Int32?
    var logger: Logger

    private var host: HostProfile { place.profile }

    func make() async throws(AgentError) -> HostedApp {
        var logger = logger
        logger[metadataKey: "app"] = "\(section.name)"
        if let defect = stopping.defect { logger.warning("The stop timeout is too short", metadata: ["reason": "\(defect)"]) }
        let layout = layout
        let store: AppStore
        let record: HostRecord
        do throws(StoreError) {
            store = try AppStore(
                layout: layout, volume: configuration.volume.path, keep: configuration.store.keep,
                rewrite: VersionRewrite.make(),
                files: files, logger: logger)
            record = try store.loadRecord()
        } catch {
            throw AgentError(.unavailable, error.description)
        }
        let orphans = await OrphanSweep.run(marker: marker, launcher: launcher)
        if orphans > 0 { logger.warning("Ended backends of an agent that was killed", metadata: ["processes": "\(orphans)"]) }
        ScratchDirectory.sweep(layout.scratch, keeping: [RuntimeChoice.cacheName])
        let gateway = try await startGateway(logger)
        let tally = AppTally()
        let driver = try await driver(gateway: gateway, scratch: layout.scratch, tally, logger)
        let hooks = AppHooks(
            section: section.hooks,
            runner: HookRunner(launcher: launcher, scratch: layout.scratch, search: searchPath, marker: marker), tally: tally,
            logger: logger)
        let agent = AppAgent(
            app: section, host: host.id, resuming: record, store: store, driver: driver, hooks: hooks, tally: tally,
            clock: clock,
            isPaced: host.cadence == .perInvocation,
            logger: logger)
        let follower = LogFollower(
            root: configuration.volume.path, app: section.name, policy: policy, resuming: record.accepted)
        let poll = HeadPoll(layout: VolumeLayout(root: configuration.volume.path), app: section.name)
        return HostedApp(
            section: section, stopping: stopping, agent: agent, gateway: gateway, store: store,
            look: AppLook(poll: poll, follower: follower, files: files),
            fallback: FallbackCheck(agent: agent, store: store, clock: clock, logger: logger),
            coordinator: try coordinator(agent, logger))
    }

    private func coordinator(_ agent: AppAgent, _ logger: Logger) throws(AgentError) -> FleetCoordinator? {
        guard let section = configuration.coordinator, host.cadence != .perInvocation else { return nil }
        let key: SigningKey
        do throws(StoreError) { key = try SigningKeyFile.load(section.key, in: files) } catch {
            throw AgentError(.configuration, error.description)
        }
        let publisher = Publisher(
            root: configuration.volume.path, app: agent.app.name, policy: policy, keys: [key], who: "coordinator \(host.id)",
            clock: clock, in: files)
        return FleetCoordinator(
            host: host.id, publisher: publisher, section: section, deadline: max(configuration.volume.deadline, .seconds(60)),
            clock: clock, logger: logger, skew: skew, accepted: { agent.deployment.record.accepted })
    }

    /// The store may be named through links; below its root none is followed.
    private var layout: LocalLayout {
        LocalLayout(store: configuration.store.path(on: host).resolvingLinks(), app: section.name)
    }

    /// The same for every agent of this store, and no other.
    private var marker: String {
        var hash = SHA256()
        hash.update(data: Array(layout.root.string.utf8))
        return "\(host.id).\(Digest(bytes: hash.finalize()).short)"
    }

    private var searchPath: String { environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" }

    private func startGateway(_ logger: Logger) async throws(AgentError) -> Gateway? {
        guard let listen = section.listen else { return nil }
        var settings = GatewayConfiguration(hostName: host.id.description)
        settings.host = listen.host
        settings.port = listen.port
        settings.listenDescriptor = descriptor
        // After a freeze a connection may be about to be closed by its backend.
        if host.cadence == .perInvocation { settings.backendIdleTime = .seconds(2) }
        settings.apply(section.gateway, runtime: section.runtime)
        bound(&settings, logger)
        let gateway = Gateway(configuration: settings, logger: logger)
        do throws(GatewayError) { try await gateway.start() } catch {
            throw AgentError(.unavailable, "\(error)")
        }
        return gateway
    }

    /// A connection that is taken without a descriptor left would only take the place of what the agent itself needs.
    private func bound(_ settings: inout GatewayConfiguration, _ logger: Logger) {
        guard let files = OpenFileLimit.current else { return }
        // Two for each client, one of them to the backend; the rest for the agent's own files, processes and looks at the volume.
        let most = max(4, (files - 48 - 16 * configuration.apps.count) / (2 * configuration.apps.count))
        guard settings.maximumConnections > most else { return }
        logger.notice(
            "The limit on open files bounds the connections",
            metadata: ["files": "\(files)", "connections": "\(most)", "wanted": "\(settings.maximumConnections)"])
        settings.maximumConnections = most
    }

    private func driver(
        gateway: Gateway?, scratch: FilePath, _ tally: AppTally, _ logger: Logger
    ) async throws(AgentError) -> any BackendDriver {
        let search = searchPath
        switch section.strategy {
        case .blueGreen, .restart:
            guard let gateway else {
                throw AgentError(
                    .configuration, "Could not run app '\(section.name)': it has no listen address. Set app.listen.")
            }
            let runtime = await RuntimeChoice.make(
                section.runtime, cache: scratch.appending(RuntimeChoice.cacheName), launcher: launcher,
                environment: environment,
                agent: "\(host.id)", store: layout.store)
            return RuntimeBackends(
                app: section, runtime: runtime, gateway: gateway, scratch: scratch, token: marker, freezes: place.freezes,
                tally: tally, logger: logger)
        case .signal(let target, let signal):
            let strategy = SignalStrategy(target: target, signal: signal, files: files, launcher: launcher)
            return ExternalApplication(app: section) { copy async throws(BackendFailure) in try await strategy.notify(copy) }
        case .systemd(let unit, let reload):
            let strategy = CommandStrategy.systemd(unit: unit, reload: reload, timeout: section.probe.start, launcher: launcher)
            return ExternalApplication(app: section) { copy async throws(BackendFailure) in
                try await strategy.notify(copy, search: search)
            }
        case .command(let command):
            let strategy = CommandStrategy(command: command, timeout: section.probe.start, launcher: launcher)
            return ExternalApplication(app: section) { copy async throws(BackendFailure) in
                try await strategy.notify(copy, search: search)
            }
        }
    }
}
