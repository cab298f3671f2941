import ArgumentParser
import Logging
import RolloutAgent

/// `wasmrollout agent`.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run this host's agent: follow the volume, serve, update.",
        discussion: """
            Runs until SIGTERM or SIGINT, then finishes the requests in flight and stops. Logs to standard error.

            Example:
              wasmrollout agent --config /etc/wasmrollout/agent.toml
            """)

    @Option(name: .long, help: "The configuration file (TOML).", completion: .file(extensions: ["toml"]))
    var config: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let configuration = try ConfigurationFile.load(config)
        let isJSON = global.json || configuration.log.format == .json
        var logger = Logger(label: "wasmrollout") { _ in StandardErrorLog(format: isJSON ? .json : .text) }
        logger.logLevel = Logger.Level(configuration.log.level)
        let agent = try await Agent(configuration: configuration, environment: CommandHost.environment, logger: logger)
        try await agent.run()
    }
}

extension Logger.Level {
    fileprivate init(_ level: LogSection.Level) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
