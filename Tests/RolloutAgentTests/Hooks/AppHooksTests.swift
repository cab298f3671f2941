import Logging
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

/// One app's hooks in their line, with processes that run for as long as the test likes.
@Suite struct AppHooksTests {
    private func facts(_ number: UInt64) -> HookFacts {
        HookFacts(
            point: .afterActivate, app: "shop", channel: "stable", host: "web-1", release: Digest(of: [1]), label: "1",
            sequence: number, reason: "")
    }

    @Test func whatDoesNotFitTheLineIsLeftOutAndAStopEndsAllOfIt() async throws {
        try await withTemporaryDirectory { directory in
            let launcher = FakeProcessLauncher()
            let runner = HookRunner(launcher: launcher, scratch: directory, search: "/usr/bin:/bin", marker: "test")
            let hooks = AppHooks(
                section: HooksSection([.afterActivate: HookSetting(command: ["sh"], timeout: .seconds(3600))]), runner: runner,
                tally: AppTally(), logger: Logger(label: "hooks") { _ in SwiftLogNoOpLogHandler() })
            let over = Mutex<[UInt64]>([])
            for number in 1...40 as ClosedRange<UInt64> {
                hooks.tell(facts(number)) { over.withLock { $0.append(number) } }
            }
            // Whoever asked is told at once; the first is still running, and nobody else.
            #expect(over.withLock { $0 } == Array(33...40))
            #expect(await eventually { launcher.running.count == 1 })
            await hooks.stop()
            #expect(over.withLock { $0.sorted() } == Array(1...40))
            #expect(launcher.running.isEmpty)
            // None of those that waited was begun.
            #expect(launcher.calls.count { if case .launch = $0 { true } else { false } } == 1)
            hooks.tell(facts(41)) { over.withLock { $0.append(41) } }
            #expect(over.withLock { $0.last } == 41)
        }
    }
}
