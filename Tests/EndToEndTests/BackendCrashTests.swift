import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The backend that serves dies with nothing warm beside it.
    @Suite struct BackendCrashTests {
        @Test func requestsAreHeldThenServedAndNoUnsafeOneIsRepeated() async throws {
            try await withTemporaryDirectory { directory in
                let journal = directory.appending("journal")
                try await withScene(behavior: .serving("v1") { $0.journal = journal.string }) { scene in
                    try await crash(scene, journal: journal)
                }
            }
        }

        private func crash(_ scene: Scene, journal: FilePath) async throws {
            let port = scene.host.port
            let log = UploadLog()
            let uploads = Task {
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        group.addTask { await offLoop { log.post(number, port: port, until: { log.isStopping }) } }
                    }
                }
            }
            for _ in 0..<3 {
                let before = log.answered
                #expect(await eventually { log.answered > before + 20 })
                let serving = programs(named: "spin-stand-in", of: scene.volume.home)
                // The child is the one that serves; its parent goes with it.
                if let child = serving.max() { kill(child) }
                #expect(
                    await eventually(within: .seconds(30)) {
                        let now = Set(programs(named: "spin-stand-in", of: scene.volume.home))
                        return now.count == 2 && now.isDisjoint(with: serving)
                    })
                // Held while it restarted, and answered now: on a new connection too.
                #expect(await scene.agent.get()?.status == 200)
            }
            log.stop()
            await uploads.value
            #expect(log.unexpected.isEmpty, "\(log.unexpected)")
            // What was cut may have been seen by the backend, so it was answered 502 and left to the client.
            #expect(log.cut < log.answered)
            #expect(await scene.agent.settles(on: scene.first.release))
            let delivered = String(
                decoding: try LinuxFileSystem().readAll(journal, limit: 100 << 20, for: .userRead), as: UTF8.self
            )
            .split(separator: "\n").filter { $0.hasPrefix("POST") }
            #expect(delivered.count >= log.answered)
            #expect(Set(delivered).count == delivered.count, "an upload was delivered twice")
        }

        private func kill(_ process: Int32) {
            let launcher = LinuxProcessLauncher()
            guard let identity = launcher.identity(processID: process) else { return }
            launcher.signal(identity, .kill, for: .backendKill)
        }
    }
}
