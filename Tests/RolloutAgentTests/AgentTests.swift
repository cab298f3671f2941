import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Testing

@testable import RolloutAgent

@Suite(.serialized) struct AgentTests {
    @Test func movesToWhatIsPublishedAndStaysThere() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            var logger = Logger(label: "test")
            logger.logLevel = .debug
            let agent = try await Agent(configuration: bed.configuration(), environment: ["PATH": "/usr/bin"], logger: logger)
            let run = Task { try await agent.run() }
            let app = try #require(agent.host.apps.first).agent
            #expect(await eventually { app.deployment.serving?.ready?.release == first })
            #expect(await eventually { app.deployment.record.probation == nil })
            let second = try bed.publish(.serving("two"))
            #expect(await eventually { app.deployment.serving?.ready?.release == second && app.deployment.record.probation == nil })
            let third = try bed.publish(.serving { $0.exitAtStart = 1 })
            #expect(await eventually { app.deployment.record.refused.first?.release == third })
            #expect(app.deployment.serving?.release == second)
            print(agent.host.reporter.statuses())
            run.cancel()
            try? await run.value
        }
    }
}
