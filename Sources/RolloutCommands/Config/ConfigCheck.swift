import ArgumentParser
import Hosts
import RolloutAgent
import RolloutCore
import SystemPackage

/// `wasmrollout config check`.
struct ConfigCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check an agent's configuration file, without touching anything it names.",
        discussion: """
            Tells every problem at once; an unknown key is one. `wasmrollout doctor` also looks at what the file names.

            Example:
              wasmrollout config check /etc/wasmrollout/agent.toml
            """)

    @Argument(help: "The configuration file (TOML).", completion: .file(extensions: ["toml"]))
    var file: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let configuration = try ConfigurationFile.load(file)
        global.write(Summary(configuration))
    }

    private struct Summary: Renderable {
        struct App: Encodable {
            var name: AppName
            var channel: ChannelName
            var strategy: String
            var listen: String?
            /// What it does with the time until SIGKILL; `nil`: the kind of host is not known here.
            var stopping: String?
        }

        var host: HostID?
        var kind: String
        var volume: String
        /// `nil`: the kind of host says.
        var store: String?
        var checksSignatures: Bool
        var admin: String
        var apps: [App]

        init(_ configuration: AgentConfiguration) {
            self.host = configuration.host.id
            self.kind = configuration.host.kind?.rawValue ?? "auto"
            self.volume = configuration.volume.path.string
            self.store = configuration.store.path?.string
            self.checksSignatures = configuration.trust != .none
            self.admin = configuration.admin.listen.description
            let plans = configuration.stopPlans
            self.apps = configuration.apps.enumerated().map { index, app in
                App(
                    name: app.name, channel: app.channel, strategy: app.strategy.name, listen: app.listen?.description,
                    stopping: plans?[index].words)
            }
        }

        var text: String {
            var facts = FactList()
            facts.add("host", host.map { "\($0) (\(kind))" } ?? "named by its surroundings (\(kind))")
            facts.add("volume", volume)
            facts.add("store", store ?? "where this kind of host can write")
            facts.add("trust", checksSignatures ? "a policy" : "none: any release on the volume is run")
            facts.add("admin", admin)
            facts.add(
                "app",
                each: apps.map { app in
                    "\(app.name): channel \(app.channel), \(app.strategy)" + (app.listen.map { ", on \($0)" } ?? "")
                })
            facts.add("stopping", each: apps.compactMap { app in app.stopping.map { "\(app.name) \($0)" } })
            return "The configuration is sound.\n" + facts.text
        }
    }
}
