import ArgumentParser

/// `wasmrollout config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at an agent's configuration.",
        discussion: """
            Example:
              wasmrollout config check /etc/wasmrollout/agent.toml
            """,
        subcommands: [ConfigCheck.self])
}
