import Logging
import RolloutTesting
import Testing

@testable import Hosts

@Suite struct TaskProtectionTests {
    private func protection(
        _ endpoint: ProtectionEndpoint, _ change: (inout TaskProtection.Timing) -> Void = { _ in }
    ) -> TaskProtection {
        var timing = TaskProtection.Timing()
        timing.retry = .milliseconds(50)
        change(&timing)
        var logger = Logger(label: "protection")
        logger.logLevel = .critical
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
