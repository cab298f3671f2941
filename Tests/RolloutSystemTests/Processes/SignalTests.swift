import Glibc
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutSystem

@Suite struct SignalTests {
    let shell = Shell()

    /// Starts a shell that leaves a grandchild running, and waits until the grandchild has its id written.
    private func startWithGrandchild(
        _ end: String, _ change: (inout LaunchRequest) -> Void = { _ in }
    ) async throws -> (process: LaunchedProcess, grandchild: ProcessIdentity) {
        let process = try shell.start("sleep 600 & echo $!; \(end)", change)
        let line = await process.output.lines.first { _ in true }
        let processID = try #require(line.flatMap { Int32($0.text) })
        return (process, try #require(shell.launcher.identity(processID: processID)))
    }

    @Test func signalReachesTheProcessAloneOrItsWholeGroup() async throws {
        let (process, grandchild) = try await startWithGrandchild("wait") { $0.endsGroupOnExit = false }
        #expect(shell.launcher.signal(process, .terminate, wholeGroup: false, for: .backendStop))
        #expect(await process.waitForExit().status == .signaled(SIGTERM))
        #expect(shell.launcher.identity(processID: grandchild.processID) == grandchild)
        #expect(shell.launcher.signal(grandchild, .kill, for: .orphanKill))

        let (second, secondGrandchild) = try await startWithGrandchild("wait") { $0.endsGroupOnExit = false }
        #expect(shell.launcher.signal(second, .kill, wholeGroup: true, for: .backendKill))
        #expect(await second.waitForExit().status == .signaled(SIGKILL))
        #expect(await eventually { shell.launcher.identity(processID: secondGrandchild.processID) != secondGrandchild })
    }

    @Test func restOfTheGroupEndsWithItsLeader() async throws {
        let (process, grandchild) = try await startWithGrandchild("read -r go; exit 3") { $0.standardInput = .pipe }
        close(try #require(process.standardInput))
        #expect(await process.waitForExit().status == .exited(3))
        #expect(await eventually { shell.launcher.identity(processID: grandchild.processID) != grandchild })
    }

    @Test func signalAfterTheEndIsRefused() async throws {
        let process = try shell.start("exit 0")
        _ = await process.waitForExit()
        #expect(!shell.launcher.signal(process, .kill, wholeGroup: true, for: .backendKill))
        #expect(!shell.launcher.signal(process, .kill, wholeGroup: false, for: .backendKill))
    }

    @Test func signalToAnEarlierBearerOfTheProcessIDIsRefused() async throws {
        let process = try shell.start("exec sleep 600")
        let identity = try #require(shell.launcher.identity(processID: process.processID))
        let earlier = ProcessIdentity(processID: identity.processID, startTime: identity.startTime - 1)
        #expect(!shell.launcher.signal(earlier, .kill, for: .orphanKill))
        #expect(process.exit.current == nil)
        #expect(shell.launcher.signal(identity, .kill, for: .orphanKill))
        #expect(await process.waitForExit().status == .signaled(SIGKILL))
    }

    @Test func backendsAreFoundByTheirMarkerAloneChildrenIncluded() async throws {
        let marker = "test-" + String(UInt64.random(in: .min ... .max), radix: 16)
        let process = try shell.start("sleep 600 & echo $!; wait") { $0.environment[LaunchRequest.markerVariable] = marker }
        let other = try shell.start("exec sleep 600") { $0.environment[LaunchRequest.markerVariable] = marker + "x" }
        let line = await process.output.lines.first { _ in true }
        let grandchild = try #require(line.flatMap { Int32($0.text) })
        #expect(
            await eventually {
                Set(shell.launcher.orphans(marker: marker).map(\.processID)) == [process.processID, grandchild]
            })
        for found in shell.launcher.orphans(marker: marker) { shell.launcher.signal(found, .kill, for: .orphanKill) }
        #expect(await eventually { shell.launcher.orphans(marker: marker).isEmpty })
        #expect(other.exit.current == nil)
        shell.launcher.signal(other, .kill, wholeGroup: true, for: .backendKill)
        _ = await other.waitForExit()
    }

    @Test func deadProcessThatNobodyWaitedForDoesNotCount() async throws {
        let marker = "test-" + String(UInt64.random(in: .min ... .max), radix: 16)
        // Its child exits and is never waited for, because the shell has become `sleep`.
        let process = try shell.start("(exit 0) & echo $!; exec sleep 600") {
            $0.environment[LaunchRequest.markerVariable] = marker
        }
        let line = await process.output.lines.first { _ in true }
        let zombie = try #require(line.flatMap { Int32($0.text) })
        #expect(await eventually { shell.launcher.identity(processID: zombie) == nil })
        #expect(await eventually { shell.launcher.orphans(marker: marker).map(\.processID) == [process.processID] })
        shell.launcher.signal(process, .kill, wholeGroup: true, for: .backendKill)
        _ = await process.waitForExit()
    }

    @Test func processDiesWithTheThreadThatStartedItWhichIsWhyThatThreadIsPermanent() async throws {
        let arguments = try LaunchArguments(
            LaunchRequest(executable: "/bin/sleep", arguments: ["600"], parentDeathSignal: .kill), [:])
        let startedByShortThread = Eventual<Result<StartedChild, LaunchFailure>>()
        DedicatedThread.start("short") { startedByShortThread.fulfill(arguments.launch()) }
        let child = try await startedByShortThread.value.get()
        let children = LiveChildren()
        let number = children.add(child)
        #expect(await eventually { children.reap(number, endsGroup: false)?.status == .signaled(SIGKILL) })
        close(child.descriptor)

        // Through the launcher, from a thread that ends: it lives on.
        let launched = Eventual<LaunchedProcess?>()
        let launcher = shell.launcher
        DedicatedThread.start("short") {
            let request = LaunchRequest(executable: "/bin/sleep", arguments: ["600"], parentDeathSignal: .kill)
            launched.fulfill(try? launcher.launch(request, for: .backendStart))
        }
        let process = try #require(await launched.value)
        let gone = Eventual<Void>()
        DedicatedThread.start("other") { gone.fulfill(()) }
        await gone.value
        #expect(process.exit.current == nil)
        #expect(launcher.identity(processID: process.processID) != nil)
        launcher.signal(process, .kill, wholeGroup: true, for: .backendKill)
        _ = await process.waitForExit()
    }

    @Test func signalNamesAreReadAsConfigurationsWriteThem() {
        #expect(ProcessSignal("TERM") == .terminate)
        #expect(ProcessSignal("sighup") == .hangUp)
        #expect(ProcessSignal("SIGNOTHING") == nil)
        #expect(ProcessSignal(rawValue: 11).description == "signal 11")
    }
}
