import ArgumentParser
import Glibc
import Logging
import RolloutCore
import RolloutSystem
import Runtimes

/// `wasmrollout supervise`.
struct Supervise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run backends in this container for an agent in another one.",
        discussion: """
            The entrypoint of an application's container whose agent runs beside it. Both containers see the control directory, and the \
            agent's store under one path; the agent's configuration names the directory as app.runtime.control. The agent asks for \
            backends, moves the traffic and has them stopped; what they write appears here, too.

            After -- comes the command that runs a release. {listen}, {host}, {port}, {release}, {artifact}, {directory} and {scratch} \
            are filled in. Without one, the agent's configuration says what runs: spin, wagi or a command.

            On SIGTERM it goes on until the agent is done, at most --stop-timeout less a tenth; a second signal hastens that.

            Example:
              wasmrollout supervise --control /var/lib/wasmrollout/control
              wasmrollout supervise --control /run/control -- my-server \\
                  --listen {listen} {artifact}
            """)

    @Option(name: .long, help: "The directory for control, on a volume that both containers mount.", completion: .directory)
    var control: String

    @Option(
        name: .long,
        help: ArgumentHelp("How long the container has between SIGTERM and SIGKILL (its stopTimeout).", valueName: "duration"))
    var stopTimeout = "30s"

    @Argument(parsing: .postTerminator, help: "The command that runs a release, and its arguments.")
    var command: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard Duration(text: stopTimeout) != nil else {
            throw ValidationError("'\(stopTimeout)' is no duration such as 500ms, 10s or 2m.")
        }
    }

    func run() async throws {
        // Before anything else: the first process of a container gets no signal that it does not catch.
        let signals = StopSignals.shared
        OrphanReaper.startIfFirstProcess()
        let format: StandardErrorLog.Format = global.json ? .json : .text
        let logger = Logger(label: "wasmrollout") { _ in
            StandardErrorLog(format: format, isJournal: JournalStream.isStandardError())
        }
        let supervisor = Supervisor(
            directory: CommandHost.absolute(control), command: command, environment: CommandHost.environment,
            launcher: makeLauncher(), logger: logger, echo: Self.echo)
        try await supervisor.start(in: CommandHost.files)
        logger.info("Supervisor runs", metadata: ["control": "\(control)"])
        let (asked, hurry) = (Eventual<Void>(), Eventual<Void>())
        signals.observe { count in
            asked.fulfill(())
            if count > 1 { hurry.fulfill(()) }
        }
        await asked.value
        let limit = Duration(text: stopTimeout) ?? .seconds(30)
        await supervisor.stop(within: limit - min(limit / 10, .seconds(5)), hurry: hurry)
        logger.info("Supervisor stopped")
    }

    private static func echo(_ line: OutputLine) {
        switch line.source {
        case .output: Console.write(line.text)
        case .error: Console.writeError(line.text)
        }
    }
}
