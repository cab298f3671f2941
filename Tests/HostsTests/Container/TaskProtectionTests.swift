import Logging
import RolloutTesting
import Synchronization
import Testing

@testable import Hosts

@Suite struct TaskProtectionTests {
    private func protection(
        _ endpoint: ProtectionEndpoint, logger: Logger = Logger(label: "protection") { _ in SwiftLogNoOpLogHandler() },
        _ change: (inout TaskProtection.Timing) -> Void = { _ in }
    ) -> TaskProtection {
        var timing = TaskProtection.Timing()
        timing.retry = .milliseconds(50)
        change(&timing)
        return TaskProtection(environment: endpoint.environment, timing: timing, logger: logger)
    }

    @Test func isClearedAtTheStartSetForASwitchAndClearedAfterIt() async throws {
        let endpoint = ProtectionEndpoint()
        let protection = protection(endpoint)
        let keeping = Task { await protection.keep() }
        #expect(await eventually { endpoint.calls == [ProtectionEndpoint.cleared] })
        protection.want(true)
        #expect(await eventually { endpoint.calls.last == ProtectionEndpoint.set })
        protection.want(false)
        #expect(
            await eventually {
                endpoint.calls == [ProtectionEndpoint.cleared, ProtectionEndpoint.set, ProtectionEndpoint.cleared]
            })
        // The endpoint was called, and has not answered yet: then nobody knows.
        #expect(await eventually { protection.isOn == false })
        keeping.cancel()
        await keeping.value
        // Nothing is on, so nothing is asked for.
        await protection.clear()
        #expect(endpoint.calls.count == 3)
        endpoint.stop()
    }

    @Test func isClearedWhenTheAgentStopsDuringASwitch() async throws {
        let endpoint = ProtectionEndpoint()
        let protection = protection(endpoint)
        let keeping = Task { await protection.keep() }
        protection.want(true)
        #expect(await eventually { endpoint.calls.last == ProtectionEndpoint.set })
        keeping.cancel()
        await keeping.value
        await protection.clear()
        #expect(endpoint.calls.last == ProtectionEndpoint.cleared)
        endpoint.stop()
    }

    @Test func isRenewedWhileItIsWantedAndGivenUpWhenASwitchTakesTooLong() async throws {
        let endpoint = ProtectionEndpoint()
        let protection = protection(endpoint) {
            $0.renewal = .milliseconds(20)
            $0.longest = .milliseconds(300)
        }
        let keeping = Task { await protection.keep() }
        protection.want(true)
        #expect(await eventually { endpoint.calls.count { $0 == ProtectionEndpoint.set } >= 2 })
        #expect(await eventually { endpoint.calls.last == ProtectionEndpoint.cleared })
        keeping.cancel()
        await keeping.value
        endpoint.stop()
    }

    @Test(arguments: ["500 No\nbroken", "200 OK\n{\"failure\":{\"Reason\":\"DEPLOYMENT_BLOCKED\"}}", "403 No\n{\"error\":{}}"])
    func isTriedAgainAfterAFailure(_ answer: String) async throws {
        let endpoint = ProtectionEndpoint(answer: answer)
        let protection = protection(endpoint)
        let keeping = Task { await protection.keep() }
        #expect(await eventually { endpoint.calls.count >= 3 })
        endpoint.answer("200 OK\n{}")
        protection.want(true)
        #expect(await eventually { endpoint.calls.last == ProtectionEndpoint.set })
        keeping.cancel()
        await keeping.value
        endpoint.stop()
    }

    @Test func aMissingRightIsToldOnceAndAskedForLessAndLessOften() async throws {
        let endpoint = ProtectionEndpoint(answers: { number in
            "400 No\n{\"requestID\":\"\(number)\",\"error\":{\"Code\":\"AccessDeniedException\",\"Message\":\"no\"}}"
        })
        let log = CountedWarnings()
        let protection = protection(endpoint, logger: Logger(label: "protection") { _ in log }) {
            $0.retry = .milliseconds(1)
            $0.longestRetry = .milliseconds(64)
        }
        let start = ContinuousClock.now
        let keeping = Task { await protection.keep() }
        #expect(await eventually { endpoint.calls.count > 10 })
        // However slow the machine is, ten pauses take at least this long.
        #expect(.now - start >= .milliseconds(1 + 2 + 4 + 8 + 16 + 32 + 4 * 64))
        #expect(log.count == 1)
        endpoint.answer("400 No\n{\"requestID\":\"x\",\"error\":{\"Code\":\"ThrottlingException\",\"Message\":\"no\"}}")
        #expect(await eventually { log.count == 2 })
        keeping.cancel()
        await keeping.value
        endpoint.stop()
    }

    @Test func aSwitchIsTriedForQuicklyHoweverOftenCallsFailedBefore() async throws {
        let endpoint = ProtectionEndpoint(answer: "500 No\nbroken")
        let protection = protection(endpoint) {
            $0.retry = .milliseconds(1)
            $0.longestRetry = .seconds(3600)
        }
        let keeping = Task { await protection.keep() }
        // The next pause is half a second, and six more double that to half a minute.
        #expect(await eventually { endpoint.calls.count > 9 })
        protection.want(true)
        #expect(await eventually { endpoint.calls.count { $0 == ProtectionEndpoint.set } > 6 })
        keeping.cancel()
        await keeping.value
        endpoint.stop()
    }

    @Test func anEndpointThatNeverAnswersHoldsNobodyUp() async throws {
        let endpoint = ProtectionEndpoint(answer: "")
        let protection = protection(endpoint) { $0.lastCall = .milliseconds(100) }
        let keeping = Task { await protection.keep() }
        #expect(await eventually { !endpoint.calls.isEmpty })
        keeping.cancel()
        await keeping.value
        await protection.clear()
        #expect(endpoint.calls.allSatisfy { $0 == ProtectionEndpoint.cleared })
        endpoint.stop()
    }

    @Test func noTaskIsNoTrouble() async {
        let protection = TaskProtection(environment: [:], logger: Logger(label: "protection") { _ in SwiftLogNoOpLogHandler() })
        protection.want(true)
        await protection.keep()
        await protection.clear()
    }
}

/// Counts warnings.
private struct CountedWarnings: LogHandler {
    private final class Total: Sendable { let count = Atomic(0) }

    private let total = Total()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    var count: Int { total.count.load(ordering: .relaxed) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { total.count.add(1, ordering: .relaxed) }
}
