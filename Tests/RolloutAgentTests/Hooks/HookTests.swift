import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutAgent

/// Hooks in a running agent.
@Suite(.serialized) struct HookTests {
    /// Each hook writes a line: its name, the release, the previous one, the record.
    private func script(_ directory: FilePath, then more: String = "") -> HookSetting {
        let line = "echo $WASMROLLOUT_HOOK $WASMROLLOUT_RELEASE ${WASMROLLOUT_PREVIOUS:--} $WASMROLLOUT_SEQUENCE"
        return HookSetting(command: ["bash", "-c", "\(line) >> \(directory.appending("told")); \(more)"])
    }

    private func told(_ directory: FilePath) -> [String] {
        let bytes = (try? LinuxFileSystem().readAll(directory.appending("told"), limit: 1 << 20, for: .userRead)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func everyMomentIsToldWithItsFacts() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            let hook = script(directory)
            let all = HooksSection(
                Dictionary(HookPoint.allCases.map { ($0, hook) }, uniquingKeysWith: { first, _ in first }))
            try await bed.run({
                $0.apps[0].hooks = all
                $0.apps[0].bake = .seconds(30)
            }) { app in
                #expect(await eventually { app.deployment.serving?.ready?.release == first })
                let bad = try bed.publish(.serving { $0.crashAfterMilliseconds = 1500 })
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                #expect(await eventually { told(directory).count == 6 })
                #expect(
                    told(directory) == [
                        "before-activate \(first.hex) - 1", "after-activate \(first.hex) - 1",
                        "before-activate \(bad.hex) \(first.hex) 2", "after-activate \(bad.hex) \(first.hex) 2",
                        "on-refused \(bad.hex) \(first.hex) 2", "on-rollback \(first.hex) \(bad.hex) 1",
                    ])
            }
        }
    }

    @Test func aGateThatSaysNoRefusesWhatClientsHaveNeverSeen() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            // Asks the candidate itself, as bash can without another program.
            let probe = """
                exec 3<>/dev/tcp/${WASMROLLOUT_ADDRESS%:*}/${WASMROLLOUT_ADDRESS##*:} || exit 9
                printf 'GET / HTTP/1.1\\r\\nHost: app\\r\\nConnection: close\\r\\n\\r\\n' >&3
                grep -q one <&3 || { echo not one; exit 4; }
                """
            let gate = HooksSection([.beforeActivate: script(directory, then: probe)])
            try await bed.run({ $0.apps[0].hooks = gate }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let second = try bed.publish(.serving("two"))
                #expect(await eventually { app.deployment.record.refused.first?.release == second })
                let reason = app.deployment.record.refused.first?.reason
                #expect(reason == "before-activate exited with code 4. Its last line: not one")
                #expect(app.isSettled(on: first))
                #expect(try bed.current() == first)
                // The planner knows, and it is not asked again.
                #expect(await eventually { app.deployment.decision?.reason.contains("not one") == true })
                #expect(told(directory).count == 2)
            }
        }
    }

    @Test func aGateThatTakesTooLongRefuses() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            let gate = HookSetting(command: ["sh", "-c", "echo still looking; sleep 60"], timeout: .milliseconds(300))
            try await bed.run({ $0.apps[0].hooks = HooksSection([.beforeActivate: gate]) }) { app in
                #expect(await eventually { app.deployment.record.refused.first?.release == first })
                let reason = app.deployment.record.refused.first?.reason
                #expect(reason == "before-activate took longer than 300ms. Its last line: still looking")
                #expect(app.deployment.serving == nil)
            }
        }
    }

    @Test func aNewerReleaseDoesNotWaitForTheGateOfTheOneBefore() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let slow = try bed.publish(.serving("slow"))
            // Waits for ever about the first record; two at once would leave a line.
            let lock =
                "mkdir \(directory)/busy || echo TWICE >> \(directory)/told; trap 'rmdir \(directory)/busy; exit 1' TERM; "
            let gate = script(
                directory, then: lock + "if [ $WASMROLLOUT_SEQUENCE = 1 ]; then sleep 60 & wait; fi; rmdir \(directory)/busy")
            try await bed.run({ $0.apps[0].hooks = HooksSection([.beforeActivate: gate]) }) { app in
                #expect(await eventually { told(directory).count == 1 })
                #expect(app.deployment.candidate?.release == slow)
                let next = try bed.publish(.serving("next"))
                #expect(await eventually { app.isSettled(on: next) })
                #expect(told(directory) == ["before-activate \(slow.hex) - 1", "before-activate \(next.hex) - 2"])
                #expect(app.deployment.record.refused.isEmpty)
            }
        }
    }

    @Test func anAgentThatStopsEndsItsHooks() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            try bed.publish(.serving("one"))
            let pid = directory.appending("pid")
            let gate = HookSetting(command: ["sh", "-c", "echo $$ > \(pid); exec sleep 600"])
            try await bed.run({ $0.apps[0].hooks = HooksSection([.beforeActivate: gate]) }) { app in
                #expect(await eventually { app.deployment.candidate?.asking != nil && processID(in: pid) != nil })
            }
            #expect(LinuxProcessLauncher().identity(processID: try #require(processID(in: pid))) == nil)
        }
    }

    /// What a shell's `echo $$` left there; `nil` as long as the file is missing or empty.
    private func processID(in path: FilePath) -> Int32? {
        let bytes = try? LinuxFileSystem().readAll(path, limit: 64, for: .userRead)
        return bytes.flatMap { Int32(String(decoding: $0, as: UTF8.self).filter(\.isNumber)) }
    }
}
