import ReleaseStore
import RolloutCore
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutAgent

/// Two agents that were given one host id, each with a store of its own.
@Suite(.serialized) struct RivalTests {
    private let now = Instant(milliseconds: 1_000_000)

    private func status(by agent: String?, _ health: HostStatus.Health = .ready) -> HostStatus {
        var status = HostStatus(
            host: "host-1", app: "shop", channel: "stable", kind: "instance", health: health, checksSignatures: true,
            agentVersion: "1", updated: now)
        status.agent = agent
        status.gateway = "192.0.2.1:80"
        return status
    }

    /// What the watch says after it found these at one write after the other, `pause` apart.
    private func rival(_ found: [HostStatus?], pause: Duration = .seconds(30)) -> RivalAgent? {
        var watch = RivalWatch(agent: "own")
        var uptime: UInt64 = 1_000_000_000_000
        for status in found {
            uptime += UInt64(pause.milliseconds) * 1_000_000
            watch.noteWrite(over: status, now: now, interval: .seconds(30), uptime: uptime)
        }
        return watch.rival
    }

    @Test func whatTheAgentBeforeThisOneLeftIsNoRivals() {
        #expect(rival([status(by: "before"), status(by: "own"), status(by: "own")]) == nil)
        #expect(rival([nil, status(by: "own")]) == nil)
    }

    @Test func whatIsWrittenBetweenTwoOwnWritesIsARivals() {
        #expect(rival([nil, status(by: "other")]) == RivalAgent(since: now, began: nil, gateway: "192.0.2.1:80"))
        #expect(rival([status(by: "before"), status(by: nil)]) != nil)
    }

    @Test func aLastWordIsNoRivals() {
        #expect(rival([nil, status(by: "other", .stopping)]) == nil)
    }

    @Test func aRivalIsBelievedToBeThereUntilItHasMissedThreeWrites() {
        let own = status(by: "own")
        #expect(rival([nil, status(by: "other"), own, own]) != nil)
        #expect(rival([nil, status(by: "other"), own, own, own]) == nil)
    }

    @Test func bothAgentsSayItAndServeOn() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let release = try bed.publish(.serving("one"))
            try await bed.running({ $0.volume.status = .milliseconds(100) }) { first in
                try await bed.running({
                    $0.volume.status = .milliseconds(100)
                    $0.store.path = directory.appending("another store")
                }) { second in
                    for host in [first, second] {
                        #expect(await eventually { host.reporter.statuses()[0].rival != nil })
                        #expect(await eventually { host.apps[0].agent.isSettled(on: release) })
                    }
                    #expect(
                        first.reporter.statuses()[0].rival?.gateway == second.reporter.statuses()[0].gateway)
                    let file = StatusFile(path: bed.fixture.layout.status(bed.fixture.app, "host-1"))
                    #expect(
                        await eventually {
                            let warnings = (try? file.read(in: bed.fixture.fileSystem))?.warnings ?? []
                            return warnings.contains { $0.hasPrefix("Another agent (at 127.0.0.1:") && $0.contains("host.id") }
                        })
                }
            }
        }
    }

    @Test func anAgentThatTakesOverFromAnotherSaysNothing() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try bed.publish(.serving("one"))
            for _ in 0..<2 {
                try await bed.running({ $0.volume.status = .milliseconds(50) }) { host in
                    let file = StatusFile(path: bed.fixture.layout.status(bed.fixture.app, "host-1"))
                    #expect(
                        await eventually {
                            let status = (try? file.read(in: bed.fixture.fileSystem)) ?? nil
                            return status?.agent == host.reporter.agent && status?.health == .ready
                        })
                    #expect(host.reporter.statuses()[0].warnings == [])
                }
            }
        }
    }
}
