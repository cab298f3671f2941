import Foundation
import RolloutTesting
import Testing

@testable import Runtimes

/// What guests write to standard error.
extension WagiRuntimeTests {
    /// Below the host's working directory.
    private func log(of backend: any RunningBackend, _ suffix: String = "") -> String? {
        FileManager.default.contents(atPath: "/proc/\(backend.processID)/cwd/logs/app_stderr.txt\(suffix)")
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func keepsNoMoreThanAShareOfWhatARequestWrites() async throws {
        try await withTemporaryDirectory { root in
            let engine = try GatedEngine(in: root, first: "echo first >&2; yes >&2")
            let limits: (inout WagiLimits) -> Void = {
                $0.requestMilliseconds = 500
                $0.requestLogBytes = 1000
            }
            try await withHost(engine: engine.path, limits: limits) { backend, address in
                #expect(try await ask(address, "/")?.status == 504)
                #expect(await eventually { log(of: backend)?.hasSuffix("more bytes of this request were not kept\n") == true })
                let text = try #require(log(of: backend))
                #expect(text.hasPrefix("first\ny\ny\n"))
                #expect(text.utf8.count < 1100)
            }
        }
    }

    @Test func beginsItsLogAnewAndKeepsTheOlderOne() async throws {
        try await withTemporaryDirectory { root in
            let engine = try GatedEngine(in: root, first: "echo 0123456789 >&2")
            engine.open()
            try await withHost(engine: engine.path, limits: { $0.logBytes = 20 }) { backend, address in
                for _ in 0..<3 {
                    let answer = try await ask(address, "/")
                    #expect(answer?.text == "through the gate")
                }
                #expect(await eventually { log(of: backend) == "0123456789\n" })
                #expect(log(of: backend, ".old") == "0123456789\n0123456789\n")
            }
        }
    }

    @Test func aGuestMayGoOnWritingThereAfterItsAnswer() async throws {
        try await withTemporaryDirectory { root in
            let engine = try GatedEngine(
                in: root, first: "printf 'content-type: text/plain\\n\\nearly'; exec >&-; seq 100000 >&2; exit 0")
            try await withHost(engine: engine.path) { backend, address in
                let answer = try await ask(address, "/")
                #expect(answer?.text == "early")
                #expect(await eventually { log(of: backend)?.hasSuffix("\n100000\n") == true })
            }
        }
    }
}
