import ArgumentParser
import RolloutAgent

/// The command tree.
package struct Wasmrollout: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "wasmrollout",
        abstract: "Update WebAssembly applications on every host from one shared volume, without failing a request.",
        discussion: """
            Example:
              wasmrollout init /mnt/app
              wasmrollout keygen --name ci
              wasmrollout publish app.wasm --app shop --volume /mnt/app \\
                  --key ci.key.json --wait

            Exit codes: 0 done, 64 wrong usage, 65 bad data, 69 unavailable, 77 refused by trust, 78 wrong configuration.
            """,
        version: AgentVersion.current,
        groupedSubcommands: [
            CommandGroup(name: "Releases", subcommands: [Publish.self, Rollback.self, Show.self, PlanCommand.self]),
            CommandGroup(
                name: "Rollouts",
                subcommands: [
                    Hold.self, Resume.self, Approve.self, Promote.self, Quarantine.self, PinCommand.self, Unpin.self,
                    FreezeCommand.self,
                ]),
            CommandGroup(
                name: "Hosts",
                subcommands: [
                    AgentCommand.self, Supervise.self, Status.self, Why.self, Events.self, Doctor.self, Healthcheck.self,
                    AcceptLog.self,
                ]),
            CommandGroup(name: "The volume", subcommands: [Init.self, Log.self, Verify.self, Collect.self]),
            CommandGroup(name: "Keys and configuration", subcommands: [Keygen.self, ConfigCommand.self]),
            CommandGroup(name: "Trying it", subcommands: [Demo.self]),
            CommandGroup(name: "Internal", subcommands: [ServeWagi.self]),
        ])

    package init() {}
}
