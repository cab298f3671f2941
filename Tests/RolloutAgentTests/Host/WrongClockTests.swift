import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

/// A host whose clock is wrong, with the volume's right.
@Suite(.serialized) struct WrongClockTests {
    /// The host's clock, put forward or back.
    private final class SetClock: HostClock {
        let ahead: Mutex<Duration>

        init(ahead: Duration) { self.ahead = Mutex(ahead) }

        var wallMilliseconds: Int64 { SystemClock().wallMilliseconds + ahead.withLock { $0.milliseconds } }
        var uptimeNanoseconds: UInt64 { SystemClock().uptimeNanoseconds }
    }

    private static let year: Duration = .seconds(365 * 86_400)

    @Test(arguments: [Duration.seconds(3600), .seconds(-3600), .seconds(-20)])
    func aHostWithAWrongClockSaysSoAndServes(ahead: Duration) async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let release = try bed.publish(.serving("one"))
            let clock = SetClock(ahead: ahead)
            try await bed.running({ $0.volume.status = .milliseconds(100) }, clock: clock) { host in
                #expect(await eventually { host.apps[0].agent.isSettled(on: release) })
                #expect(await eventually { host.reporter.statuses()[0].clockAhead != nil })
                let status = host.reporter.statuses()[0]
                #expect(status.clockAhead.map { abs($0 - ahead.milliseconds / 1000) <= 5 } == true)
                #expect(status.warnings.count == 1)
                #expect(status.warnings[0].contains(ahead < .zero ? "behind" : "ahead of"))
                #expect(status.warnings[0].contains("refuse") == (ahead != .seconds(-20)))
                // Set right, all is well again: also when the time between two writes seems to be negative.
                clock.ahead.withLock { $0 = .zero }
                #expect(await eventually { host.reporter.statuses()[0].clockAhead == nil })
            }
        }
    }

    @Test func aClockBeforeTheReleasesTimeKeepsTheOldReleaseServingUntilItIsSet() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run { app in #expect(await eventually { app.isSettled(on: first) }) }
            // As a machine starts whose battery is empty.
            let clock = SetClock(ahead: .zero - Self.year * 20)
            try await bed.running({ $0.volume.status = .milliseconds(100) }, clock: clock) { host in
                let app = host.apps[0].agent
                #expect(await eventually { app.deployment.serving?.ready?.release == first })
                let second = try bed.publish(.serving("two"))
                #expect(await eventually { host.watcher.view(of: bed.fixture.app).problem?.contains("host's clock") == true })
                #expect(app.deployment.serving?.ready?.release == first)
                #expect(await eventually { host.reporter.statuses()[0].warnings.contains { $0.contains("chrony") } })
                clock.ahead.withLock { $0 = .zero }
                #expect(await eventually { app.isSettled(on: second) })
            }
        }
    }
}
