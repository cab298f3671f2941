import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@Suite struct StartTests {
    /// A program on a disk that does not answer would otherwise take a thread that all tasks share.
    @Test func startingBlocksAThreadOfItsOwn() async throws {
        let names = Mutex<[String]>([])
        let launcher = FakeProcessLauncher { request, _ in
            let name = try? LinuxFileSystem().readAll("/proc/thread-self/comm", limit: 100, for: .userRead)
            names.withLock { $0.append(String(decoding: name ?? [], as: UTF8.self)) }
            return request.executable == "absent" ? .fails(.notFound) : .runs()
        }
        let process = try await launcher.start(LaunchRequest(executable: "there"), for: .backendStart)
        #expect(launcher.running.map(\.processID) == [process.processID])
        await #expect(throws: LaunchError.self) {
            try await launcher.start(LaunchRequest(executable: "absent"), for: .backendStart)
        }
        #expect(names.withLock { $0 } == ["starting\n", "starting\n"])
    }
}
