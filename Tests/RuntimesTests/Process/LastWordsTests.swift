import RolloutSystem
import Testing

@testable import Runtimes

/// What a reason quotes of a backend's output.
@Suite struct LastWordsTests {
    private static let start = [
        "Logging component stdio to \"/s/logs/\"", "Preparing Wasm modules is taking a few seconds...", "",
        "Serving http://127.0.0.1:3000", "Available Routes:", "  hello: http://127.0.0.1:3000/hello (wildcard)",
        "    Says hello.", "  bye: http://127.0.0.1:3000 (wildcard)",
    ]

    private func lastWords(_ lines: [String]) -> String? {
        let tail = OutputTail()
        for line in lines { tail.append(line) }
        return tail.lastWords
    }

    @Test func whatIsWrittenWhenAllGoesWellExplainsNothing() {
        #expect(lastWords(Self.start) == nil)
        #expect(lastWords([]) == nil)
    }

    @Test func whatComesAfterItDoes() {
        let error = ["Error: out of fuel", "", "Caused by:", "  0: wasm trap"]
        #expect(lastWords(Self.start + error) == "Error: out of fuel | Caused by: | 0: wasm trap")
        #expect(lastWords(["thread panicked"] + Self.start) == "thread panicked")
    }

    @Test func routesAreKnownWithoutTheirHeading() {
        #expect(lastWords(Array(Self.start.suffix(3)) + ["wrong"]) == "wrong")
        #expect(lastWords(["  see: https://example.com", "  at http://x"]) == "see: https://example.com | at http://x")
    }

    @Test(
        arguments: [
            (137, "spin's serving process was ended by SIGKILL (exit code 137), as happens when memory runs out"),
            (139, "spin's serving process was ended by signal 11 (exit code 139)"),
            (7, "spin exited with code 7"),
        ] as [(Int32, String)]) func aSignalIsNamedWhereSpinReportsACode(code: Int32, words: String)
    {
        #expect(SpinExit.reason(.exited(code)) == words)
    }
}
