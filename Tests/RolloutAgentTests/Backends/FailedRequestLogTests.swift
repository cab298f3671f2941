import Logging
import ReleaseStore
import RolloutCore
import Synchronization
import Testing

@testable import RolloutAgent
@testable import Runtimes

/// Says each kind of failure at once, and none of them again and again.
@Suite struct FailedRequestLogTests {
    private struct Lines: LogHandler {
        let record: @Sendable (Logger.Metadata) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        init(_ record: @escaping @Sendable (Logger.Metadata) -> Void) { self.record = record }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { record(event.metadata ?? [:]) }
    }

    @Test func eachKindIsSaidOnceInAWhileWithHowOftenItWas() {
        let said = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            Lines { facts in
                said.withLock { $0.append("\(facts["kind"] ?? "") \(facts["requests"] ?? "") \(facts["reason"] ?? "")") }
            }
        }
        let log = FailedRequestLog(
            BackendID(release: Digest(of: [1]), generation: 1), pause: .seconds(60), logger: logger)
        let begun = ContinuousClock.now
        func fail(_ kind: WagiDefect.Kind, _ reason: String, after seconds: Int) {
            log.note(FailedRequest(component: "app", defect: WagiDefect(kind, reason)), at: begun + .seconds(seconds))
        }
        fail(.exit, "trap", after: 0)
        fail(.exit, "trap", after: 1)
        fail(.timeout, "slow", after: 2)
        fail(.exit, "trap", after: 59)
        fail(.exit, "another trap", after: 60)
        fail(.exit, "trap", after: 61)
        #expect(said.withLock { $0 } == ["exit 1 trap", "timeout 1 slow", "exit 3 another trap"])
    }
}
