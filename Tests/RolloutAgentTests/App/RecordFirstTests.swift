import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

/// What is to be done stands in the host's record first. An agent that dies in the middle would else begin anew at every start, and
/// count none of its attempts.
@Suite struct RecordFirstTests {
    /// Brings everything up at once, and remembers what.
    private final class RecordingDriver: BackendDriver {
        private let noted = Mutex<[Digest]>([])

        var started: [Digest] { noted.withLock { $0 } }

        func start(_ backend: BackendID, from copy: LocalCopy) async { noted.withLock { $0.append(backend.release) } }
        func exited(_ backend: BackendID) async -> String? { nil }
        func address(of backend: BackendID) -> BackendAddress? { nil }
        func switchTraffic(to backend: BackendID?, fallback: BackendID?) {}
        func retire(_ backend: BackendID) async {}
        func kill(_ backend: BackendID) async {}
        var inUse: Set<Digest> { [] }
        func probe(_ backend: BackendID) async -> String? { nil }
        func answers(of release: Digest) -> AnswerCounts { AnswerCounts() }
        func shutDown() async {}
    }

    @Test func nothingIsBegunBeforeItIsWrittenDown() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let release = try fixture.publish("1.0").release
            let isFull = Mutex(true)
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.purpose == .hostRecordWrite, call.operation == .write, isFull.withLock({ $0 }) else { return }
                throw FileError(code: .noSpace, operation: call.operation, path: call.path, purpose: call.purpose)
            })
            let driver = RecordingDriver()
            let agent = try agent(fixture, files, driver)
            let running = Task { await agent.run() }
            var follower = fixture.follower()
            let head = try #require(follower.look(in: fixture.fileSystem, now: fixture.now).accepted)
            let decision = Planner(channel: fixture.channel).decide(head.state, refused: []) { _ in 0 }
            agent.note(.decided(decision, head: head))
            // It is tried again and again.
            func tries() -> Int { files.calls.count { $0.purpose == .hostRecordWrite && $0.operation == .write } }
            #expect(await eventually { tries() > 1 })
            // Every look at the volume brings it again; tried again is one of them.
            for _ in 0..<100 { agent.note(.decided(decision, head: head)) }
            #expect(await eventually { tries() > 100 })
            let before = tries()
            #expect(await eventually { tries() > before + 2 })
            #expect(tries() < before + 50)
            #expect(agent.view.problem?.contains("no space is left") == true)
            #expect(agent.deployment.candidate == nil && agent.deployment.record.accepted == nil)
            #expect(!files.calls.contains { $0.purpose == .materializeWrite })
            #expect(driver.started.isEmpty)
            isFull.withLock { $0 = false }
            #expect(await eventually { driver.started == [release] })
            #expect(try HostRecordFile(fixture.localStore()).read()?.accepted == head)
            agent.stop()
            await running.value
        }
    }

    private func agent(
        _ fixture: VolumeFixture, _ files: InterceptingFileSystem, _ driver: RecordingDriver
    ) throws -> AppAgent {
        let (logger, launcher) = (Logger(label: "agent") { _ in SwiftLogNoOpLogHandler() }, FakeProcessLauncher())
        let store = try AppStore(
            layout: fixture.localLayout, volume: fixture.root, keep: 1, rewrite: nil, files: files, logger: logger)
        let runner = HookRunner(launcher: launcher, scratch: fixture.localLayout.scratch, search: "", marker: "test")
        return AppAgent(
            app: AppSection(name: fixture.app, bake: .zero), host: "host-1", resuming: HostRecord(app: fixture.app),
            store: store, driver: driver,
            hooks: AppHooks(section: HooksSection(), runner: runner, tally: AppTally(), logger: logger),
            tally: AppTally(), clock: SystemClock(), logger: logger)
    }
}
