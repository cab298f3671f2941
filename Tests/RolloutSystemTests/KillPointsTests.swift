#if DEBUG
    import RolloutSystem
    import RolloutTesting
    import Synchronization
    import SystemPackage
    import Testing

    @Suite struct KillPointsTests {
        /// The effects that were reached before the process would have been killed, and the names afterwards.
        private func run(killAt: String?) async throws -> (trace: [String], names: [String]) {
            try await withTemporaryDirectory { directory in
                let trace = directory.appending("trace")
                let snapshot = Mutex<(trace: [String], names: [String])?>(nil)
                let files = SimulatedFileSystem()
                let lines: @Sendable () -> [String] = {
                    let text = (try? LinuxFileSystem().text(trace)) ?? ""
                    return text.split(separator: "\n").map(String.init)
                }
                // Where a real process would be gone, this one only notes what it has done.
                let points = try #require(
                    KillPoints(trace: trace.string, killAt: killAt) {
                        snapshot.withLock { $0 = (lines(), (try? files.names("/")) ?? []) }
                    })
                try AtomicWrite(InterposedFileSystem(files, points), .record).create("/record", with: [1], mode: 0o644)
                let process = try KillableProcessLauncher(FakeProcessLauncher(), points).launch(
                    LaunchRequest(executable: "/bin/spin"), for: .backendStart)
                #expect(process.processID > 0)
                return try snapshot.withLock { $0 } ?? (lines(), files.names("/"))
            }
        }

        private let all = [
            "fs:recordWrite", "fs:recordWrite", "fs:recordSync", "fs:recordLink", "fs:recordCleanUp", "fs:recordSync",
            "process:backendStart",
        ]

        @Test func everyEffectIsTracedInOrder() async throws {
            let result = try await run(killAt: nil)
            #expect(result.trace == all)
            #expect(result.names == ["record"])
        }

        @Test func killComesRightBeforeOrRightAfterTheChosenEffect() async throws {
            let before = try await run(killAt: "4")
            #expect(before.trace == Array(all[..<4]))
            #expect(!before.names.contains("record"))
            let after = try await run(killAt: "4+")
            #expect(after.trace == Array(all[..<4]))
            #expect(after.names.contains("record") && after.names.count == 2)
        }

        @Test func nothingIsInstalledWhenNothingIsAskedFor() {
            #expect(KillPoints(trace: nil, killAt: nil) {} == nil)
        }
    }
#endif
