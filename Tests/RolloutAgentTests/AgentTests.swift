import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

@Suite(.serialized) struct AgentTests {
    @Test func movesToWhatIsPublishedAndRefusesWhatIsBad() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run { app in
                #expect(await eventually { app.isSettled(on: first) })
                let second = try bed.publish(.serving("two"))
                #expect(await eventually { app.isSettled(on: second) })
                let bad = try bed.publish(.serving { $0.exitAtStart = 1 })
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                #expect(app.isSettled(on: second))
                #expect(try bed.current() == second)
                // The planner knows: nothing is tried again, and `why` has the reason.
                #expect(await eventually { app.deployment.decision?.target == nil })
                #expect(app.deployment.decision?.reason.contains("refused") == true)
            }
        }
    }

    @Test func aCrashInTheBakeGoesBackToTheOldRelease() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].bake = .seconds(30) }) { app in
                #expect(await eventually { app.deployment.serving?.ready?.release == first })
                let bad = try bed.publish(.serving { $0.crashAfterMilliseconds = 300 })
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                let reason = try #require(app.deployment.record.refused.first?.reason)
                #expect(
                    reason.hasPrefix("It ended while it served: spin's serving process was ended by SIGKILL (exit code 137)"))
                // What it wrote as it started says nothing of why it ended.
                #expect(!reason.contains("Serving http://") && !reason.contains("Available Routes"))
                #expect(app.deployment.serving?.ready?.release == first)
                #expect(await eventually { (try? bed.current()) == first })
            }
        }
    }

    @Test func whatCannotBeSavedIsTriedAgainUntilItCan() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.volume.list = .milliseconds(20) }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let record = bed.fixture.localLayout.record.string
                try FileManager.default.moveItem(atPath: record, toPath: record + ".away")
                // Nothing can take the place of a directory that holds something.
                try FileManager.default.createDirectory(atPath: record + "/in-the-way", withIntermediateDirectories: true)
                let second = try bed.publish(.serving("two"))
                #expect(await eventually { app.view.problem != nil })
                #expect(app.deployment.record.accepted?.sequence == 1 && app.isSettled(on: first))
                try FileManager.default.removeItem(atPath: record)
                #expect(await eventually { app.isSettled(on: second) })
                #expect(await eventually { app.view.problem == nil })
            }
        }
    }

    /// Each tick asks for the next one: of many that come at once, one alarm is left.
    @Test func manyTicksLeaveOneAlarm() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].bake = .seconds(3) }) { app in
                #expect(await eventually { app.deployment.record.probation != nil && app.deployment.serving?.ready != nil })
                for _ in 0..<200 { app.note(.ticked) }
                let events = Atomic<Int>(0)
                let isReached = Atomic<Bool>(false)
                app.pulse {
                    app.observe { events.add(1, ordering: .relaxed) }
                    isReached.store(true, ordering: .releasing)
                }
                #expect(await eventually { isReached.load(ordering: .acquiring) })
                #expect(await eventually { app.isSettled(on: first) })
                // All that were set for the same moment have rung by now.
                for _ in 0..<3 {
                    let isThrough = Atomic<Bool>(false)
                    let begun = ContinuousClock.now
                    app.pulse { isThrough.store(true, ordering: .releasing) }
                    #expect(
                        await eventually {
                            isThrough.load(ordering: .acquiring) && ContinuousClock.now - begun > .milliseconds(100)
                        })
                }
                #expect(events.load(ordering: .relaxed) < 100)
            }
        }
    }

    @Test func volumeAndStoreMayBeNamedThroughLinks() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            let files = bed.fixture.fileSystem
            try files.createDirectory(directory.appending("disk"), mode: 0o755, for: .userWrite)
            for (link, target) in [("store", "disk"), ("efs", "volume")] {
                try files.createSymbolicLink(at: directory.appending(link), to: FilePath(target), for: .userWrite)
            }
            try await bed.run({ $0.volume.path = directory.appending("efs") }) { app in
                #expect(await eventually { app.isSettled(on: first) })
            }
            let layout = LocalLayout(store: directory.appending("disk"), app: bed.fixture.app)
            #expect(try CurrentLink(LocalStore(layout: layout, fileSystem: files)).read() == first)
        }
    }

    @Test func aMissingRuntimeRefusesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].runtime.program = "/nonexistent/spin" }) { app in
                #expect(await eventually { app.deployment.record.attempt?.lastFailure != nil })
                #expect(app.deployment.record.refused.isEmpty)
                #expect(app.deployment.record.attempt?.target.release == first)
            }
        }
    }

    @Test func anotherAgentOnTheSameStoreIsTurnedAway() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try await bed.run { _ in
                await #expect {
                    try await bed.run { _ in }
                } throws: { error in
                    "\(error)".contains("another agent")
                }
            }
        }
    }
}
