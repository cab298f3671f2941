import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

/// Why a request failed, on its way from an engine to the agent.
@Suite struct FailedRequestTests {
    @Test(arguments: WagiDefect.Kind.allCases) func isReadAsItWasWritten(kind: WagiDefect.Kind) {
        let failure = FailedRequest(component: "api", defect: WagiDefect(kind, "it exited with code 1: a (b): c"))
        #expect(FailedRequest(line: failure.line) == failure)
    }

    @Test(arguments: [
        "", "component 'api' failed a request: it exited", "component 'api' failed a request (nonsense): x",
        "Serving http://127.0.0.1:1", " component 'api' failed a request (exit): x",
    ])
    func otherLinesAreNone(line: String) { #expect(FailedRequest(line: line) == nil) }

    private func lastWords(before: String = "", _ text: String) throws -> String? {
        try withTemporaryFile(before + text) { GuestLog.lastWords($0, from: Int64(before.utf8.count)) }
    }

    private func withTemporaryFile<Value>(_ text: String, _ body: (FilePath) throws -> Value) throws -> Value {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.path.appending("log")
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: [.ownerReadWrite])
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
        return try body(path)
    }

    @Test func onlyWhatThisRequestWroteIsQuoted() throws {
        #expect(
            try lastWords("Error: Trap: unreachable\n    0: wasm function[0]\n\n")
                == "Error: Trap: unreachable | 0: wasm function[0]")
        #expect(try lastWords(before: "an earlier one\n", "this one") == "this one")
        #expect(try lastWords(before: "an earlier one\n", "") == nil)
        #expect(try lastWords("\n \n") == nil)
    }

    @Test func theCauseIsNotLostAmongTheFrames() throws {
        let frames = (0..<50).map { "    \($0): wasm function[\($0)]" }.joined(separator: "\n")
        let words = try #require(try lastWords("hello\nError: Trap: stack overflow\n\(frames)\n"))
        #expect(words.hasPrefix("Error: Trap: stack overflow | 47: wasm function[47]"))
    }

    @Test func whatAGuestWritesIsMadeHarmlessAndShort() throws {
        #expect(try lastWords("\u{1b}[31mred\u{7} \u{9b}x") == "[31mred   x")
        let long = try #require(try lastWords(String(repeating: "word ", count: 100_000)))
        #expect(long.count == 300)
    }
}
