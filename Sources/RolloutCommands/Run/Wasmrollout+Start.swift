import ArgumentParser
import Glibc

extension Wasmrollout {
    /// Runs the command line of this process and ends it with the right exit code.
    package static func start() async -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Glibc.exit(0)
        } catch {
            end(with: error, wantsJSON: arguments.prefix { $0 != "--" }.contains("--json"))
        }
    }

    private static func end(with error: any Error, wantsJSON: Bool) -> Never {
        // What was given up may have left a line half drawn.
        if Console.isTerminal(STDERR_FILENO) { Console.draw("\r\u{1B}[K", on: STDERR_FILENO) }
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        let isUsage = !CommandFailure.explains(error)
        guard isUsage else {
            let failure = CommandFailure(explaining: error)
            Console.writeError(wantsJSON ? JSONText.compact(failure.report) : failure.message.printable)
            Glibc.exit(failure.status.rawValue)
        }
        // Help and version are "errors" to the parser, too.
        let code = exitCode(for: error)
        guard wantsJSON, !code.isSuccess else { exit(withError: error) }
        let failure = CommandFailure(.usage, message(for: error))
        Console.writeError(JSONText.compact(failure.report))
        Glibc.exit(code.rawValue)
    }
}
