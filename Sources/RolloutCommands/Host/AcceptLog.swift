import ArgumentParser
import Hosts
import ReleaseStore
import RolloutAgent
import RolloutCore

/// `wasmrollout accept-log`.
struct AcceptLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let this host accept a log that is not the one it has followed: after a volume was restored or exchanged.",
        discussion: """
            A host refuses a volume that was exchanged or restored from an older copy, and serves on. Run on the host, this is your word \
            that the log which is there now is right. Its agent takes it within 30 s, or when it starts; it serves on meanwhile, \
            checks the log's signatures as ever, and then moves to what that log says. Publish that first.

            Example:
              wasmrollout accept-log --config /etc/wasmrollout/agent.toml --dry-run
              wasmrollout accept-log --config /etc/wasmrollout/agent.toml
            """)

    @Option(name: .long, help: "The agent's configuration.", completion: .file(extensions: ["toml"]))
    var config: String

    @Option(name: .long, help: "Only this app.")
    var app: AppName?

    @Flag(name: .long, help: "Say what would become of it, and change nothing.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let configuration = try ConfigurationFile.load(config)
        let apps = configuration.apps.map(\.name).filter { app == nil || $0 == app }
        guard !apps.isEmpty else {
            let known = configuration.apps.map(\.name.description).joined(separator: ", ")
            throw CommandFailure(
                .badData, "Could not find app '\(app?.description ?? "")': this host runs \(known). Check --app.")
        }
        let host = await HostCheck.run(configuration.host).profile
        let store = CommandHost.resolvingLinks(configuration.store.path(on: host))
        let path = configuration.volume.path
        let (isDryRun, deadline) = (dryRun, max(configuration.volume.deadline, .seconds(10)))
        var policy: TrustPolicy?
        if case .policy(let path) = configuration.trust { policy = try TrustPolicyFile.load(path, in: CommandHost.files) }
        let trusted = policy
        let results = try await VolumeCall(path: path, deadline: deadline).run {
            try apps.map { app in
                let word = OtherLog(
                    root: CommandHost.resolvingLinks(path), layout: LocalLayout(store: store, app: app), policy: trusted)
                return try word.give(isDryRun: isDryRun)
            }
        }
        global.write(AcceptedLogs(apps: results))
    }
}

/// What `accept-log` did.
struct AcceptedLogs: Renderable {
    var apps: [AcceptedLog]

    var text: String { apps.map(\.text).joined(separator: "\n") }
}

struct AcceptedLog: Encodable, Sendable {
    var app: AppName
    /// What this host has accepted so far; `nil`: nothing.
    var accepted: UInt64?
    /// The newest record that it may accept; `nil` when there is nothing to say.
    var newest: UInt64?
    var serving: ReleaseName?
    /// What the channels' targets are by that log.
    var targets: [ChannelTarget] = []
    var isDryRun: Bool

    var text: String {
        guard let newest else { return "\(app): this host follows the log that is on the volume. There is nothing to accept." }
        let targets = targets.map { "\($0.target.text) on channel \($0.channel)" }.joined(separator: ", ")
        let does = isDryRun ? "With your word it would accept" : "Its agent accepts"
        return """
            \(app): this host has accepted record \(accepted ?? 0) of another log. \(does) the log that is on the volume, up to record \
            \(newest)\(isDryRun ? "" : ", within 30 s or when it starts"). It serves \(serving?.text ?? "nothing"), and then goes by \
            what that log says: \(targets.isEmpty ? "no release" : targets).
            """.printable
    }
}

struct ChannelTarget: Encodable, Sendable {
    var channel: ChannelName
    var target: ReleaseName
}
