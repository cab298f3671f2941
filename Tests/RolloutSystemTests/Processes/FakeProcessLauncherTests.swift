import Glibc
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct FakeProcessLauncherTests {
    private let request = LaunchRequest(
        executable: "/bin/spin", environment: [LaunchRequest.markerVariable: "host-1"], parentDeathSignal: nil)

    @Test func processesEndAsTheTestSays() async throws {
        let launcher = FakeProcessLauncher { request, _ in
            switch request.executable.lastComponent?.string {
            case "absent": .fails(.notFound)
            case "short": .exits(.exited(3))
            case "stubborn": .runs(ignoring: [.terminate])
            default: .runs()
            }
        }
        #expect(throws: LaunchError.self) { try launcher.launch(LaunchRequest(executable: "absent"), for: .backendStart) }
        let short = try launcher.launch(LaunchRequest(executable: "short"), for: .backendStart)
        #expect(await short.waitForExit().status == .exited(3))
        let stubborn = try launcher.launch(LaunchRequest(executable: "stubborn"), for: .backendStart)
        #expect(launcher.signal(stubborn, .terminate, wholeGroup: false, for: .backendStop))
        #expect(stubborn.exit.current == nil)
        #expect(launcher.signal(stubborn, .kill, wholeGroup: true, for: .backendKill))
        #expect(await stubborn.waitForExit().status == .signaled(SIGKILL))
        #expect(!launcher.signal(stubborn, .kill, wholeGroup: true, for: .backendKill))
        #expect(launcher.calls.map(\.purpose).suffix(3) == [.backendStop, .backendKill, .backendKill])
    }

    @Test func whatIsLeftBehindIsFoundAndEndedByTheNextAgent() throws {
        let launcher = FakeProcessLauncher()
        let process = try launcher.launch(request, for: .backendStart)
        var protected = request
        protected.parentDeathSignal = .kill
        _ = try launcher.launch(protected, for: .backendStart)
        launcher.loseParent()
        #expect(launcher.running.isEmpty)
        let left = launcher.orphans(marker: "host-1")
        #expect(left.map(\.processID) == [process.processID])
        let planted = launcher.plantOrphan(marker: "host-2", ignoring: [.terminate])
        #expect(launcher.signal(planted, .terminate, for: .orphanStop))
        #expect(launcher.orphans(marker: "host-2") == [planted])
        #expect(launcher.signal(planted, .kill, for: .orphanKill))
        #expect(launcher.identity(processID: planted.processID) == nil)
        #expect(launcher.signal(left[0], .terminate, for: .orphanStop))
        #expect(launcher.orphans(marker: "host-1").isEmpty)
    }
}
