import ArgumentParser
import Logging
import RolloutAgent
import RolloutSystem

/// `wasmrollout agent`.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run this host's agent: follow the volume, serve, update.",
        discussion: """
            Runs until SIGTERM, SIGINT, SIGQUIT or SIGHUP, then finishes the requests in flight and stops; a second signal hastens \
            that. As the first process of a container it also waits for orphans. Logs to standard error.

            Example:
              wasmrollout agent --config /etc/wasmrollout/agent.toml
            """)

    @Option(name: .long, help: "The configuration file (TOML).", completion: .file(extensions: ["toml"]))
    var config: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        // Before anything else: the first process of a container gets no signal that it does not catch.
        let signals = StopSignals.shared
        OrphanReaper.startIfFirstProcess()
        let configuration = try await configuration()
        let isJSON = global.json || configuration.log.format == .json
        let isJournal = JournalStream.isStandardError()
        var logger = Logger(label: "wasmrollout") { _ in
            StandardErrorLog(format: isJSON ? .json : .text, isJournal: isJournal)
        }
        logger.logLevel = Logger.Level(configuration.log.level)
        let agent = try await Agent(configuration: configuration, environment: CommandHost.environment, logger: logger)
        try await agent.run(until: signals)
    }

    private func configuration() async throws -> AgentConfiguration {
        do { return try ConfigurationFile.load(config) } catch {
            let reason = CommandFailure(explaining: error).message
            await Agent.reportUnusable(reason, environment: CommandHost.environment)
            throw error
        }
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
