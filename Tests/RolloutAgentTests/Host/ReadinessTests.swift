import Hosts
import Logging
import RolloutCore
import RolloutTesting
import Synchronization
import Testing

@testable import RolloutAgent

/// When the host's supervisor is told that the agent is ready.
@Suite(.serialized) struct ReadinessTests {
    /// Notes whether the app served when it was told.
    private final class Supervisor: HostLifecycle {
        private let app: AppAgent
        private let noted = Mutex<Bool?>(nil)

        init(of app: AppAgent) { self.app = app }

        /// `nil`: it was not told.
        var served: Bool? { noted.withLock { $0 } }

        func ready() async { noted.withLock { $0 = app.view.isReady } }
    }

    private func watch(_ host: AgentHost, _ body: (Supervisor, AppAgent) async throws -> Void) async throws {
        let app = host.apps[0].agent
        let supervisor = Supervisor(of: app)
        let watch = HostWatch(
            lifecycle: supervisor, apps: host.apps, watcher: host.watcher, reporter: host.reporter,
            departure: host.watch.departure, logger: host.watch.logger)
        let watching = Task { await watch.run() }
        defer { watching.cancel() }
        try await body(supervisor, app)
    }

    @Test func aHostWithNothingToServeIsReadyAtOnceAndOneThatServedOnceItServesAgain() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try await bed.running { host in
                try await watch(host) { supervisor, app in
                    #expect(await eventually { supervisor.served != nil })
                    #expect(supervisor.served == false)
                    let release = try bed.publish(.serving("one"))
                    #expect(await eventually { app.isSettled(on: release) })
                }
            }
            // The agent that comes after it, beside the same volume and store.
            try await bed.running { host in
                try await watch(host) { supervisor, _ in
                    #expect(await eventually { supervisor.served != nil })
                    #expect(supervisor.served == true)
                }
            }
        }
    }
}
