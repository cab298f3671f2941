import Foundation
import Glibc
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// What the agent writes to standard error.
@Suite struct AgentLogTests {
    @Test func theJournalGetsPrioritiesWhenItIsTheJournal() async throws {
        try await withTemporaryDirectory { directory in
            let lines = try await Self.log(in: directory, format: "text") { "\($0.st_dev):\($0.st_ino)" }
            #expect(lines.contains { $0.hasPrefix("<6>info: Agent runs") })
            #expect(lines.allSatisfy { $0.hasPrefix("<") })
        }
    }

    @Test func aStreamThatWasRedirectedGetsNone() async throws {
        try await withTemporaryDirectory { directory in
            let lines = try await Self.log(in: directory, format: "text") { "\($0.st_dev):\($0.st_ino + 1)" }
            #expect(lines.contains { $0.contains("Z info: Agent runs") })
            #expect(lines.allSatisfy { !$0.hasPrefix("<") })
        }
    }

    @Test func jsonIsOneObjectALineWithConstantMessages() async throws {
        try await withTemporaryDirectory { directory in
            let lines = try await Self.log(in: directory, format: "json") { _ in nil }
            let objects = try lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            let runs = objects.first { $0["message"] as? String == "Agent runs" }
            #expect(runs?["level"] as? String == "info")
            #expect(runs?["host"] as? String == "web-1")
            #expect(objects.allSatisfy { $0["time"] is String })
        }
    }

    /// Runs an agent until it says that it runs; `journal` makes JOURNAL_STREAM from the file that is its standard error.
    private static func log(
        in directory: FilePath, format: String, journal: (stat) -> String?
    ) async throws -> [String] {
        let site = try await Site(directory)
        try await site.publish(as: "v1")
        let configuration = directory.appending("log-test.toml")
        let text = """
            trust = "none"
            host = { id = "web-1", kind = "instance" }
            volume = { path = "\(site.volume)" }
            store = { path = "\(directory)/store" }
            admin = { listen = "127.0.0.1:0" }
            log = { format = "\(format)" }
            [[app]]
            name = "hello"
            listen = "127.0.0.1:0"
            runtime = { kind = "spin", program = "/nonexistent/spin" }
            """
        try Data(text.utf8).write(to: URL(filePath: configuration.string))
        let path = directory.appending("log")
        let file = open(path.string, O_RDWR | O_CREAT | O_APPEND, 0o600)
        defer { close(file) }
        var status = stat()
        #expect(fstat(file, &status) == 0)
        var program = site.program
        program.environment["JOURNAL_STREAM"] = journal(status)
        let process = try program.start(["agent", "--config", configuration.string], on: file)
        func written() -> String {
            String(decoding: (try? LinuxFileSystem().readAll(path, limit: 1 << 20, for: .userRead)) ?? [], as: UTF8.self)
        }
        #expect(await eventually { written().contains("Agent runs") }, "\(written())")
        Program.launcher.signal(process, .terminate, wholeGroup: false, for: .serverSignal)
        _ = await process.waitForExit()
        return written().split(separator: "\n").map(String.init)
    }
}
