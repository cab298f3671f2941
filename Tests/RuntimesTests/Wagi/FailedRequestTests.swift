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

    private func lastWords(_ texts: String...) -> String? {
        var log = GuestLog(LogFile(path: "/absent/log", limit: .max), share: .max)
        defer { log.close() }
        for text in texts { log.append(Array(text.utf8)[...]) }
        return log.lastWords
    }

    @Test func whatARequestWroteIsQuotedAsOneLine() {
        #expect(
            lastWords("Error: Trap: unrea", "chable\n    0: wasm function[0]\n\n")
                == "Error: Trap: unreachable | 0: wasm function[0]")
        #expect(lastWords() == nil)
        #expect(lastWords("\n \n") == nil)
    }

    @Test func theEndOfWhatWasWrittenInManyPiecesIsKept() {
        var log = GuestLog(LogFile(path: "/absent/log", limit: .max), share: 10)
        for number in 0...10_000 { log.append(Array("line \(number)\n".utf8)[...]) }
        log.close()
        #expect(log.lastWords?.hasSuffix("line 9999 | line 10000") == true)
    }

    @Test func theCauseIsNotLostAmongTheFrames() throws {
        let frames = (0..<50).map { "    \($0): wasm function[\($0)]" }.joined(separator: "\n")
        let words = try #require(lastWords("hello\nError: Trap: stack overflow\n\(frames)\n"))
        #expect(words.hasPrefix("Error: Trap: stack overflow | 47: wasm function[47]"))
    }

    @Test func whatAGuestWritesIsMadeHarmlessAndShort() throws {
        #expect(lastWords("\u{1b}[31mred\u{7} \u{9b}x") == "[31mred   x")
        let long = try #require(lastWords(String(repeating: "word ", count: 100_000)))
        #expect(long.count == 300)
    }
}
