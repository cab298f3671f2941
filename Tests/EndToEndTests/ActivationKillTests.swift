import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// An agent that is killed at any effect of an activation: the laws hold, and its successor completes it.
    @Suite struct ActivationKillTests {
        @Test func anActivationCanBeKilledAnywhere() async throws {
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                var host = TestHost(volume)
                host.attempts = 2
                // A gate that would leave a trace of two at once, and of a release that got traffic past it. Its number is written
                // as a whole: of a gate killed within `echo $$ > gate.pid` an empty file is left, and `/proc//stat` always exists.
                let gate = """
                    other=$(cat /proc/$(cat gate.pid || echo none)/stat)
                    case $other in *') Z '*|'') ;; *) echo "$other" > twice;; esac
                    echo $$ > gate.new; mv gate.new gate.pid; echo $WASMROLLOUT_LABEL >> gate; sleep 0.1
                    """
                let command = "[\"sh\", \"-c\", '''cd \(home)\n\(gate)''']"
                host.hooks = "before-activate = { command = \(command), timeout = \"10s\" }"
                let first = try await volume.publish(.serving("v1"), label: "v1")
                let before = try await host.start()
                #expect(await before.settles(on: first.release), "\(before.log)")
                await before.stop()
                let second = try await volume.publish(.serving("v2"), label: "v2")
                let clean = home.appending("clean")
                try FileManager.default.copyItem(atPath: host.store.string, toPath: clean.string)

                let trace = try await activation(of: second.release, host)
                #expect(
                    trace.contains("fs:currentSwap") && trace.contains("process:hookStart")
                        && trace.contains("process:backendStart"), "\(trace)")
                let points = KillSchedule(trace: trace, sample: 8).points
                var reached = 0
                for point in points {
                    try FileManager.default.removeItem(atPath: host.store.string)
                    try FileManager.default.copyItem(atPath: clean.string, toPath: host.store.string)
                    try? FileManager.default.removeItem(atPath: home.appending("gate").string)
                    let killed = try host.launch(adding: ["WASMROLLOUT_KILL_AT": point.argument])
                    // The order of effects varies a little from run to run, so a late point may not be reached.
                    _ = await eventually {
                        if killed.hasEnded { return true }
                        guard let status = await killed.status() else { return false }
                        return status.serving?.release == second.release && status.bakingUntil == nil
                    }
                    if killed.hasEnded { reached += 1 }
                    await killed.kill()
                    try await check(host, after: point, first: first, second: second)
                    let other = FileManager.default.contents(atPath: home.appending("twice").string)
                    #expect(other == nil, "\(point): two gates at once: \(String(decoding: other ?? Data(), as: UTF8.self))")
                    let asked = try LinuxFileSystem().readAll(home.appending("gate"), limit: 1 << 16, for: .userRead)
                    #expect(String(decoding: asked, as: UTF8.self).contains("v2"), "\(point): no gate was asked")
                }
                print("kill matrix: \(reached) of \(points.count) agents were killed at their point")
                #expect(reached * 10 >= points.count * 8, "too few points were reached for this to prove anything")
                await endAll(of: home)
            }
        }

        private func check(
            _ host: TestHost, after point: KillSchedule.Point, first: TestVolume.Published, second: TestVolume.Published
        ) async throws {
            let current = try host.currentRelease()
            #expect(
                current == first.release || current == second.release, "\(point): current is \(String(describing: current))")
            #expect(try host.defect() == nil, "\(point)")
            let accepted = try host.record()?.accepted?.sequence ?? 0
            #expect(accepted >= first.sequence, "\(point)")

            let successor = try await host.start()
            #expect(await successor.settles(on: second.release), "\(point): \(successor.log)")
            #expect(await successor.get()?.text == "v2", "\(point)")
            #expect(try host.currentRelease() == second.release, "\(point)")
            #expect(try host.defect() == nil, "\(point)")
            #expect(try host.record()?.accepted?.sequence == second.sequence, "\(point)")
            // The parent and child of one backend.
            let home = host.volume.home
            #expect(
                await eventually { programs(named: "spin-stand-in", of: home).count == 2 },
                "\(point): \(programs(named: "spin-stand-in", of: home).count) processes")
            #expect(await successor.stop() == .exited(0), "\(point)")
            #expect(programs(named: "spin-stand-in", of: home).isEmpty, "\(point)")
        }

        /// Runs the activation undisturbed; returns the names of its effects.
        private func activation(of release: Digest, _ host: TestHost) async throws -> [String] {
            let path = host.volume.home.appending("trace")
            let agent = try await host.start(adding: ["WASMROLLOUT_KILL_TRACE": path.string])
            #expect(await agent.settles(on: release), "\(agent.log)")
            await agent.kill()
            let bytes = try LinuxFileSystem().readAll(path, limit: 1 << 20, for: .userRead)
            await endAll(of: host.volume.home)
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}
