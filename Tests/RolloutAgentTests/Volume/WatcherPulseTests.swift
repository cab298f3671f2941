import Foundation
import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

/// What the host's watchdog is told of the loop that watches the volume.
@Suite(.serialized) struct WatcherPulseTests {
    /// A log that can be stopped up, as a pipe is that nobody reads.
    private struct StoppedLog: LogHandler {
        let gate: Gate
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { gate.pass() }
    }

    /// Runs a second watcher beside the agent's own, with these doors; `body` gets it, and the beats that go through its loop.
    private func watch(
        volume: Gate, log: Gate, list: Duration = .milliseconds(50),
        _ body: (VolumeWatcher, VolumeFixture, CountedBeats) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try bed.publish(.serving("one"))
            try await bed.run { app in
                let fixture = bed.fixture
                let files = InterceptingFileSystem(before: { (_) throws(FileError) in volume.pass() })
                let look = AppLook(
                    poll: HeadPoll(layout: fixture.layout, app: fixture.app), follower: fixture.follower(), files: files)
                let watcher = VolumeWatcher(
                    section: VolumeSection(
                        path: fixture.root, poll: .milliseconds(2), list: list,
                        deadline: Patience.deadline(.milliseconds(20))),
                    apps: [.init(look: look, planner: Planner(channel: "stable"), host: "host-1", agent: app)],
                    lane: BlockingLane("test", path: fixture.root), clock: SystemClock(),
                    logger: Logger(label: "test") { _ in StoppedLog(gate: log) })
                let beats = CountedBeats()
                let watching = Task { await watcher.watch() }
                let beating = Task {
                    await Heartbeat(interval: .milliseconds(2), loops: [watcher.pulse], lifecycle: beats).beat()
                }
                defer {
                    volume.open()
                    log.open()
                    watching.cancel()
                    beating.cancel()
                }
                #expect(await eventually { watcher.view(of: fixture.app).newest != nil && beats.now > 5 })
                try await body(watcher, fixture, beats)
            }
        }
    }

    @Test func aVolumeThatHangsIsNoReasonToEndTheAgent() async throws {
        let volume = Gate()
        try await watch(volume: volume, log: Gate()) { watcher, fixture, beats in
            volume.close()
            #expect(await eventually { watcher.view(of: fixture.app).problem != nil && volume.waiting > 0 })
            let before = beats.now
            #expect(await eventually { beats.now > before + 50 })
            #expect(volume.waiting == 1)
            volume.open()
            #expect(await eventually { watcher.view(of: fixture.app).problem == nil })
        }
    }

    /// The pause between two looks doubles. It did so without a limit, and the agent ended when it was more than a `Duration` holds:
    /// after half an hour.
    @Test func howeverLongAVolumeIsAwayItIsLookedForAndFound() async throws {
        try await watch(volume: Gate(), log: Gate(), list: .milliseconds(3)) { watcher, fixture, _ in
            let away = fixture.root.string + ".away"
            try FileManager.default.moveItem(atPath: fixture.root.string, toPath: away)
            #expect(await eventually { watcher.view(of: fixture.app).problem != nil })
            let before = watcher.passCount
            #expect(await eventually { watcher.passCount > before + 300 })
            try FileManager.default.moveItem(atPath: away, toPath: fixture.root.string)
            #expect(await eventually { watcher.view(of: fixture.app).problem == nil })
        }
    }

    @Test func aLoopThatHangsIs() async throws {
        let (volume, log) = (Gate(), Gate())
        try await watch(volume: volume, log: log) { watcher, fixture, beats in
            log.close()
            // The first thing to tell.
            volume.close()
            #expect(await eventually { log.waiting > 0 })
            let before = beats.now
            // A heart that beats by nothing else: the measure of time.
            let others = CountedBeats()
            let measure = Task { await Heartbeat(interval: .milliseconds(2), loops: [{ $0() }], lifecycle: others).beat() }
            defer { measure.cancel() }
            #expect(await eventually { others.now > 100 })
            // One answer may have been on its way.
            #expect(beats.now <= before + 1)
            volume.open()
            log.open()
            let after = beats.now
            #expect(await eventually { beats.now > after + 5 })
        }
    }
}
