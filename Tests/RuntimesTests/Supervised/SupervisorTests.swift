import Foundation
import HTTPCalls
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import Runtimes

@Suite struct SupervisorTests {
    private let local = LinuxProcessLauncher()

    @Test func outputAndExitComeBackAndTheOutputIsTheContainersToo() async throws {
        try await SupervisorBed.with { bed in
            let agent = bed.agent()
            #expect(try await agent.greet().environment["PLACE"] == "there")
            let process = try agent.launch(bed.request("echo out; echo err >&2; exit 7"), for: .backendStart)
            var lines: [OutputLine] = []
            for await line in process.output.lines { lines.append(line) }
            #expect(await process.waitForExit().status == .exited(7))
            #expect(Set(lines) == [OutputLine(source: .output, text: "out"), OutputLine(source: .error, text: "err")])
            #expect(Set(bed.echo) == ["out", "err"])
        }
    }

    @Test func manyShortProcessesAllTellTheirOwnExit() async throws {
        try await SupervisorBed.with { bed in
            let agent = bed.agent()
            _ = try await agent.greet()
            for code in 0..<50 {
                let process = try agent.launch(bed.request("exit \(code)"), for: .backendStart)
                #expect(await process.waitForExit().status == .exited(Int32(code)))
            }
        }
    }

    @Test func programsAreFoundThereAndWhatCannotBeStartedIsAnError() async throws {
        try await SupervisorBed.with { bed in
            let agent = bed.agent()
            _ = try await agent.greet()
            #expect(agent.find("sh", searchPath: "/bin") == "/bin/sh")
            #expect(agent.find("no-such-program", searchPath: "/bin") == nil)
            var request = bed.request("true")
            request.executable = "/no/such/program"
            let error = #expect(throws: LaunchError.self) { try agent.launch(request, for: .backendStart) }
            #expect(error?.code == .notFound)
        }
    }

    @Test func signalsReachTheProcessAndItsGroup() async throws {
        try await SupervisorBed.with { bed in
            let agent = bed.agent()
            _ = try await agent.greet()
            let process = try agent.launch(bed.request("sleep 600 & echo $!; wait"), for: .backendStart)
            let line = await process.output.lines.first { _ in true }
            let child = try #require(line.flatMap { Int32($0.text) })
            #expect(agent.signal(process, .kill, wholeGroup: true, for: .backendKill))
            #expect(await process.waitForExit().status == .signaled(SIGKILL))
            // The exit is told once the whole group has ended.
            #expect(local.identity(processID: child) == nil)
            #expect(!agent.isGroupAlive(process))
            #expect(!agent.signal(process, .kill, wholeGroup: false, for: .backendKill))
        }
    }

    @Test func aSecondAgentIsRefusedUntilTheFirstHangsUp() async throws {
        try await SupervisorBed.with { bed in
            var first: SupervisedLauncher? = bed.agent("first")
            _ = try await first?.greet()
            let second = bed.agent("second")
            let failure = await #expect(throws: SupervisorFailure.self) { try await second.greet() }
            #expect(failure?.reason.contains("agent first is using it") == true)
            let process = try #require(try first?.launch(bed.request("exec sleep 600"), for: .backendStart))
            let identity = try #require(local.identity(processID: process.processID))
            first = nil
            #expect(await eventually { (try? await second.greet()) != nil })
            // And what the first one had is gone.
            #expect(await eventually { local.identity(processID: identity.processID) != identity })
        }
    }

    @Test func whatIgnoresTheDeathSignalIsKilled() async throws {
        try await SupervisorBed.with { bed in
            var agent: SupervisedLauncher? = bed.agent()
            _ = try await agent?.greet()
            let process = try #require(
                try agent?.launch(bed.request("trap '' TERM; echo ready; while :; do sleep 0.05; done"), for: .backendStart))
            _ = await process.output.lines.first { _ in true }
            agent = nil
            #expect(await eventually { local.identity(processID: process.processID) == nil })
        }
    }

    @Test func theEndOfASupervisorEndsItsProcessesForTheAgentWhichFindsTheNext() async throws {
        try await withTemporaryDirectory { root in
            let bed = SupervisorBed(in: root)
            let supervisor = try await bed.supervisor()
            let agent = bed.agent()
            _ = try await agent.greet()
            let process = try agent.launch(bed.request("exec sleep 600"), for: .backendStart)
            await bed.stop(supervisor)
            #expect(await process.waitForExit().status == .signaled(SIGKILL))
            await #expect(throws: SupervisorFailure.self) { try await agent.greet() }
        }
    }

    @Test func stoppingWaitsForTheAgent() async throws {
        try await withTemporaryDirectory { root in
            let bed = SupervisorBed(in: root)
            let supervisor = try await bed.supervisor()
            var agent: SupervisedLauncher? = bed.agent()
            _ = try await agent?.greet()
            let process = try #require(try agent?.launch(bed.request("exec sleep 600"), for: .backendStart))
            let stopping = Task { await supervisor.stop(within: .seconds(60), hurry: Eventual()) }
            // Nobody new, but the agent is still served.
            let late = bed.agent("late")
            #expect(
                await eventually {
                    do throws(SupervisorFailure) { _ = try await late.greet() } catch {
                        return error.reason.contains("stopping")
                    }
                    return false
                })
            let more = try #require(try agent?.launch(bed.request("exit 3"), for: .backendStart))
            #expect(await more.waitForExit().status == .exited(3))
            #expect(process.exit.current == nil)
            agent = nil
            await stopping.value
            #expect(local.identity(processID: process.processID) == nil)
        }
    }

    @Test(arguments: [
        ("not JSON", "cannot be read"), ("{\"launch\":{}}", "cannot be read"), ("{\"unknown\":{\"id\":1}}", "cannot be read"),
        ("\u{0}\u{1}\u{fffd}", "cannot be read"),
        ("{\"find\":{\"id\":1,\"name\":\"sh\",\"searchPath\":\"/bin\"}}", "did not say hello first"),
        ("{\"hello\":{\"version\":99,\"agent\":\"new\",\"directory\":\"/\"}}", "speaks version 99"),
        ("{\"hello\":{\"version\":1,\"agent\":\"lost\",\"directory\":\"/no/such\"}}", "cannot be read here"),
    ])
    func whoTalksNonsenseIsToldAndHurtsNobodyElse(_ line: String, _ reason: String) async throws {
        let answer = try await answer(to: Array(line.utf8) + [10])
        #expect(answer.contains("refused") && answer.contains(reason), "\(answer)")
    }

    @Test func aMessageWithoutEndIsCutOff() async throws {
        // One byte too many, so that none is left unread, with which the reason would be lost.
        let answer = try await answer(to: [UInt8](repeating: 0x20, count: ControlSocket.messageLimit + 1))
        #expect(answer.contains("refused") && answer.contains("longer than allowed"), "\(answer)")
    }

    /// Sends something beside an agent that works, which must not be harmed; returns when the supervisor has hung up.
    private func answer(to bytes: [UInt8]) async throws -> String {
        try await withTemporaryDirectory { root in
            let bed = SupervisorBed(in: root)
            let supervisor = try await bed.supervisor()
            let agent = bed.agent()
            _ = try await agent.greet()
            let process = try agent.launch(bed.request("exec sleep 600"), for: .backendStart)
            let control = bed.control
            let answer = await offLoop { (try? ControlPeer(control).exchange(bytes)) ?? "" }
            #expect(process.exit.current == nil)
            _ = try await agent.greet()
            await bed.stop(supervisor)
            return answer
        }
    }

    @Test func oneDirectoryHasOneSupervisor() async throws {
        try await withTemporaryDirectory { root in
            let bed = SupervisorBed(in: root)
            let supervisor = try await bed.supervisor()
            let error = await #expect(throws: SupervisorError.self) { try await bed.supervisor() }
            #expect(error?.description.contains("another supervisor uses it") == true)
            await bed.stop(supervisor)
        }
    }

    @Test func aRuntimeWorksThereAsItDoesHere() async throws {
        try await withTemporaryDirectory { root in
            let bed = SupervisorBed(in: root)
            let server = [
                BuiltProduct.path("spin-stand-in").string, "up", "--from", "{directory}/spin.toml", "--listen", "{listen}",
                "--state-dir", "{scratch}/state", "--log-dir", "{scratch}/logs", "--temp", "{scratch}", "--disable-cache",
            ]
            let runtime = SupervisedRuntime(launcher: bed.agent()) { greeting, launcher in
                CommandRuntime(
                    configuration: CommandConfiguration(command: greeting.command), launcher: launcher,
                    inherited: greeting.environment)
            }
            let release = try MaterializedRelease(root: root, .serving("from there"))
            let error = await #expect(throws: RuntimeError.self) { try await runtime.start(release.launch) }
            #expect(error?.code == .unavailable)
            #expect(error?.description.contains("wasmrollout supervise") == true)

            let supervisor = try await bed.supervisor(command: server)
            let backend = try await runtime.start(release.launch)
            let address = try await backend.ready(within: .seconds(30))
            #expect(try await HTTPProbe.get("/", at: address, within: .seconds(10)).body == Array("from there".utf8))
            await backend.stop(grace: .seconds(20))
            #expect(LiveProcesses.group(backend.processID).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: release.launch.scratch.string))
            await bed.stop(supervisor)
        }
    }
}
