import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutCommands

/// What `JSONOutput.md` says is what the commands write: no more and no less.
@Suite struct JSONSchemaTests {
    @Test func everyFieldIsDocumentedAndEveryDocumentedFieldIsThere() async throws {
        try await withTemporaryDirectory { directory in
            let samples = try await Self.samples(in: directory)
            let documented = try Self.documentation()
            #expect(Set(samples.keys) == Set(documented.keys))
            for (command, outputs) in samples {
                let fields = documented[command] ?? [:]
                let written = outputs.map(Self.paths).reduce(Set<String>()) { $0.union($1) }
                #expect(written.subtracting(fields.keys) == [], "\(command) writes what is not documented")
                for output in outputs {
                    let always = fields.filter { !$0.value }.keys.filter { !$0.contains("[]") && !$0.contains(".") }
                    #expect(Set(always).subtracting(Self.paths(output)) == [], "\(command) leaves out what it documents")
                }
                #expect(
                    Set(fields.filter { !$0.value }.keys).subtracting(written) == [],
                    "\(command) never writes what it documents")
            }
        }
    }

    @Test func everyCommandThatTakesJSONIsDocumented() throws {
        let headings = try Self.page().split(separator: "\n").filter { $0.hasPrefix("## ") }
        let documented = Set(headings.flatMap { $0.split(separator: "`").map(String.init) })
        for words in HelpTests.commands where !["", "config", "plan", "freeze"].contains(words.joined(separator: " ")) {
            #expect(documented.contains(words.joined(separator: " ")), "\(words)")
        }
    }

    @Test func everyKindOfEventIsDocumented() throws {
        let page = try Self.page()
        for kind in FleetEvent.Kind.allCases { #expect(page.contains("`\(kind.rawValue)`"), "\(kind)") }
    }

    /// Outputs of every command that has a section.
    private static func samples(in directory: FilePath) async throws -> [String: [Any]] {
        let site = try await Site(directory)
        let first = try await site.publish(as: "v1")
        var samples: [String: [Any]] = [:]
        func run(_ command: String, _ arguments: String...) async throws { try await run(command, arguments) }
        func run(_ command: String, _ arguments: [String]) async throws {
            let ran = try await site.program.run(arguments + ["--json"])
            let text = ran.output.isEmpty ? ran.error : ran.output
            // One value, or one a line.
            if let whole = try? JSONSerialization.jsonObject(with: Data(text.utf8)) {
                samples[command, default: []].append(whole)
            } else {
                let lines = text.split(separator: "\n")
                samples[command, default: []] += try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
            }
        }
        try await run("publish", "publish", Site.second, "--app", "hello", "--version-label", "v2", "--message", "why")
        try site.report("web-1", serving: first)
        try await run("publish", "publish", Site.first, "--app", "hello", "--version-label", "v3", "--plan", "careful")
        try await run("publish", "publish", Site.second, "--app", "hello", "--version-label", "v2")
        try await run("rollback", "rollback")
        for arguments in [
            ["quarantine", "v2"], ["pin", "web-2", "v1", "--new-host"], ["pin", "web-2", "v1", "--new-host"],
        ] { try await run("hold", arguments) }
        let waves = ["--waves", "1,zone=a:1,100%!", "--version-label", "v4"]
        try await run("publish", ["publish", Site.second, "--app", "hello"] + waves)
        for arguments in [["approve"], ["promote"], ["hold"]] { try await run("hold", arguments) }
        try await run("freeze list", "freeze", "add", "--for", "1h")
        try await run("freeze list", "freeze", "list")
        let refusal = Refusal(
            release: first, decision: 1, reason: "It crashed.", at: Instant(milliseconds: 1_700_000_000_000))
        try site.report("web-1", serving: first, refused: [refusal], note: "note")
        try await run("status", "status")
        try await run("status --at", "status", "--at", "0s")
        try await run("why", "why", "web-1")
        try await run("log", "log", "--trust", site.policy.string)
        try await run("events", "events")
        try await run("freeze list", "freeze", "lift", "--all")
        for arguments in [["resume"], ["unpin", "web-2"], ["promote", "--from", "stable", "--to", "prod"]] {
            if arguments[0] == "promote" { try await run("hold", "promote", "--now") }
            try await run("hold", arguments)
        }
        for arguments in [
            ["plan", "list"], ["plan", "show", "careful"], ["plan", "set", "p", "--bake", "1m"], ["plan", "default", "p"],
            ["plan", "default", "careful"], ["plan", "remove", "p"],
        ] {
            try await run("plan list", arguments)
        }
        try await run("init", "init", directory.appending("other").string)
        try await run("keygen", "keygen", "--name", "other", "--directory", directory.string)
        try await run("show", "show", "v1")
        try await run("verify", "verify")
        try await run("collect", "collect", "--dry-run")
        try await run("doctor", "doctor")
        try await run("healthcheck", "healthcheck", "--admin", "127.0.0.1:1")
        let sample = repository.appending("config/agent.toml").string
        try await run("config check", "config", "check", sample)
        let configuration = directory.appending("agent.toml")
        let text = """
            trust = "none"
            [volume]
            path = "\(site.volume)"
            [store]
            path = "\(directory)/store"
            [[app]]
            name = "hello"
            listen = "127.0.0.1:0"
            """
        try Data(text.utf8).write(to: URL(filePath: configuration.string))
        try await run("accept-log", "accept-log", "--config", configuration.string)
        try await run("error", "status", "--volume", "/nonexistent")
        return samples
    }

    /// Every key with those that lead to it: `apps[].hosts[].host`.
    private static func paths(_ value: Any) -> Set<String> {
        func walk(_ value: Any, _ path: String) -> [String] {
            if let object = value as? [String: Any] {
                return object.flatMap { key, inner -> [String] in
                    let own = path.isEmpty ? key : "\(path).\(key)"
                    // Documented with the volume's format.
                    if own.hasSuffix("change.plan") || own == "manifest" { return [own] }
                    return [own] + walk(inner, own)
                }
            }
            return (value as? [Any])?.flatMap { walk($0, "\(path)[]") } ?? []
        }
        return Set(walk(value, "").filter { !$0.hasSuffix("[]") })
    }

    private static func page() throws -> String {
        let path = repository.appending("Sources/RolloutCommands/RolloutCommands.docc/JSONOutput.md")
        return try String(contentsOfFile: path.string, encoding: .utf8)
    }

    /// By command, the fields of its table and whether each may be absent (`?` after the name).
    private static func documentation() throws -> [String: [String: Bool]] {
        var sections: [String: [String: Bool]] = [:]
        var command = ""
        for line in try page().split(separator: "\n") {
            if line.hasPrefix("## `") {
                command = String(line.dropFirst(4).prefix { $0 != "`" })
            } else if line.hasPrefix("| `"), !command.isEmpty {
                let field = String(line.dropFirst(3).prefix { $0 != "`" })
                let isOptional = field.hasSuffix("?")
                sections[command, default: [:]][isOptional ? String(field.dropLast()) : field] = isOptional
            }
        }
        return sections
    }
}
