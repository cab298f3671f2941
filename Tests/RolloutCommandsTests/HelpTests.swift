import ArgumentParser
import RolloutSystem
import Testing

@testable import RolloutCommands

@Suite struct HelpTests {
    /// Every command with the words that call it.
    static let commands: [[String]] = list(Wasmrollout.self, [])

    private static func list(_ command: any ParsableCommand.Type, _ words: [String]) -> [[String]] {
        let configuration = command.configuration
        let subcommands = configuration.subcommands
        return [words] + subcommands.flatMap { list($0, words + [$0._commandName]) }
    }

    @Test func theTreeHasTheCommandsOfTheReadme() {
        let names = Set(Self.commands.map { $0.joined(separator: " ") })
        for name in [
            "init", "keygen", "publish", "rollback", "status", "why", "log", "show", "verify", "collect", "config check",
            "doctor", "agent", "accept-log",
            "demo", "serve-wagi", "plan list", "plan show", "plan set", "plan remove", "plan default",
            "hold", "resume", "approve", "promote", "quarantine", "pin", "unpin", "freeze list", "freeze add", "freeze lift",
        ] { #expect(names.contains(name), "\(name)") }
    }

    @Test(arguments: commands) func helpHasAnExample(_ words: [String]) async throws {
        let ran = try await Program().run(words + ["--help"])
        #expect(ran.status == .exited(0))
        let example = try #require(ran.output.split(separator: "Example:\n").dropFirst().first)
        #expect(example.contains("  wasmrollout \(words.joined(separator: " "))"))
    }

    /// What the help breaks cannot be pasted.
    @Test(arguments: commands) func noExampleIsBroken(_ words: [String]) async throws {
        let help = try await Program().run(words + ["--help"]).output
        let example = try #require(help.split(separator: "Example:\n").dropFirst().first)
        var goesOn = false
        for line in example.split(separator: "\n", omittingEmptySubsequences: false).prefix(while: { !$0.isEmpty }) {
            #expect(line.count <= 80 && (goesOn || line.hasPrefix("  wasmrollout ")), "\(line)")
            goesOn = line.hasSuffix("\\")
        }
        #expect(!goesOn)
    }

    @Test(arguments: commands.filter { !["", "config", "plan", "freeze"].contains($0.joined()) }) func everyCommandTakesJSON(
        _ words: [String]
    )
        async throws
    {
        #expect(try await Program().run(words + ["--help"]).output.contains("--json"))
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completesInTheShell(_ shell: String) async throws {
        let ran = try await Program()("--generate-completion-script", shell)
        #expect(ran.status == .exited(0))
        #expect(ran.output.contains("rollback"))
    }

    @Test func tellsItsVersion() async throws {
        let ran = try await Program()("--version")
        #expect(ran.status == .exited(0))
        #expect(ran.output.split(separator: ".").count == 3)
    }
}
