import ArgumentParser
import Hosts
import ReleaseStore
import RolloutAgent
import RolloutCore
import RolloutSystem
import SystemPackage

/// `wasmrollout doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at what could go wrong on this machine, and say what to do.",
        discussion: """
            With --config it looks at all that the agent of this host needs. Without, at the volume, the keys and the runtimes. \
            Exit code 0: nothing is in the way (there may be warnings); 69: something is.

            Example:
              wasmrollout doctor --config /etc/wasmrollout/agent.toml
              wasmrollout doctor --volume /mnt/app --key ci.key.json
            """)

    @Option(name: .long, help: "The agent's configuration.", completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A private key to look at; repeat it for more. Else $WASMROLLOUT_KEY.", valueName: "file"),
        completion: .file())
    var key: [String] = []

    @OptionGroup var volume: VolumeOption
    @OptionGroup var trust: TrustOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let configuration = try config.map(ConfigurationFile.load)
        let now = CommandHost.now
        var checks: [HealthCheck] = []
        if let configuration {
            checks.append(.ok("configuration", "it is sound"))
            checks += await self.checks(of: configuration, now: now)
        } else {
            let path = try? volume.named()
            if let path {
                let deadline = min(volume.deadline.duration, .seconds(10))
                checks += await VolumeCheck(path: path, statusPath: nil, apps: [], deadline: deadline).run()
            }
            if let policy = trust.trust ?? CommandHost.variable("WASMROLLOUT_TRUST") {
                checks += TrustCheck.run(CommandHost.absolute(policy), now: now)
            }
            checks += await RuntimeCheck.run([])
        }
        let keys = key.isEmpty ? [CommandHost.variable("WASMROLLOUT_KEY")].compactMap { $0 } : key
        checks += keys.map { TrustCheck.key(CommandHost.absolute($0)) }
        checks.append(Self.openFiles())
        let diagnosis = Diagnosis(checks)
        global.write(diagnosis)
        if !diagnosis.isGood { throw ExitCode(CommandStatus.unavailable.rawValue) }
    }

    private func checks(of configuration: AgentConfiguration, now: Instant) async -> [HealthCheck] {
        let mounts = MountTable.current(in: CommandHost.files)
        let volume = VolumeCheck(
            path: configuration.volume.path, statusPath: configuration.volume.statusPath, apps: configuration.apps.map(\.name),
            deadline: configuration.volume.deadline)
        let host = await HostCheck.run(configuration.host)
        var checks = host.checks
        checks += await volume.run()
        let identity = IdentityCheck(
            host: host.profile.id, statuses: VolumeLayout(root: configuration.volume.statusPath ?? configuration.volume.path),
            admin: configuration.admin.listen, deadline: configuration.volume.deadline)
        checks += await identity.run(configuration.apps.map(\.name), now: now)
        checks += await LogCheck.run(configuration, on: host.profile)
        checks += StoreCheck.run(
            configuration.store.path(on: host.profile).resolvingLinks(), apps: configuration.apps.map(\.name), mounts: mounts)
        checks += TrustCheck.run(configuration.trust, now: now)
        let here = configuration.apps.filter { $0.strategy.runsBackends && $0.runtime.control == nil }
        if !here.isEmpty || configuration.apps.allSatisfy({ $0.runtime.control == nil }) {
            checks += await RuntimeCheck.run(here.map(\.runtime))
        }
        for app in configuration.apps {
            guard let control = app.runtime.control else { continue }
            checks.append(await ControlCheck.run(app, control, store: configuration.store.path(on: host.profile)))
        }
        for app in configuration.apps { checks += HookCheck.run(app) }
        checks.append(ListenCheck.run("admin", configuration.admin.listen))
        for app in configuration.apps {
            if let listen = app.listen { checks.append(ListenCheck.run("gateway \(app.name)", listen)) }
        }
        return checks
    }

    /// Every request takes two descriptors.
    private static func openFiles() -> HealthCheck {
        guard let limit = OpenFileLimit.current else {
            return .warning("open files", "the limit cannot be read", "Look at `ulimit -n`.")
        }
        let words = "at most \(limit)"
        return limit < 4096
            ? .warning("open files", words, "Raise it to 65536 (LimitNOFILE= of the unit, or `ulimit -n`).")
            : .ok("open files", words)
    }
}
