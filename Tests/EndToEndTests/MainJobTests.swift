import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// What wasmrollout is for, once through, with the real program.
    @Suite struct MainJobTests {
        @Test func releasesAreServedRefusedRolledBackAndSurviveTheVolumesAbsence() async throws {
            try await withScene { scene in
                let (volume, agent, first) = (scene.volume, scene.agent, scene.first)
                #expect(await agent.get()?.text == "v1")
                #expect(await agent.get()?["x-wasmrollout-release"] == first.release.description)
                var load = StrictClient.Load(port: scene.host.port)
                load.connections = 4
                let client = StrictClient(load)
                client.start()

                let second = try await volume.publish(.serving("v2"), label: "v2")
                #expect(await agent.settles(on: second.release))
                #expect(await agent.get()?.text == "v2")
                #expect(try scene.host.currentRelease() == second.release)

                let broken = try await volume.publish(.serving("v3") { $0.exitAtStart = 3 }, label: "v3")
                let reason = await agent.refusal(of: broken.release)
                #expect(reason?.contains("code 3") == true, "\(reason ?? "none")")
                #expect(await agent.get()?.text == "v2")
                #expect(try scene.host.currentRelease() == second.release)
                #expect(try await eventually { try await volume.why(scene.host.id).contains("code 3") })

                try await volume.rollBack()
                #expect(await agent.shows { $0.acceptedSequence == 4 && $0.serving?.release == second.release })
                try await volume.rollBack()
                #expect(await agent.settles(on: first.release))
                #expect(await agent.get()?.text == "v1")

                let report = await client.stop()
                #expect(report.failures.isEmpty, "\(report.examples)")
                #expect(report.succeeded > 0)
                try await servesWithoutVolume(scene)
            }
        }

        private func servesWithoutVolume(_ scene: Scene) async throws {
            await scene.agent.stop()
            let away = scene.volume.home.appending("away")
            let files = LinuxFileSystem()
            try files.rename(scene.volume.path, to: away, for: .userWrite)
            // Somebody's stray file must not cost the host its only copy.
            let stray = scene.host.current.appending("core.1234")
            try files.write([1, 2, 3], to: stray, mode: 0o644)
            let agent = try await scene.host.start()
            #expect(await agent.serves(scene.first.release))
            #expect(await agent.get()?.text == "v1")
            #expect(try scene.host.defect() == nil)
            #expect(await agent.shows { $0.note.contains("Could not") && $0.volumeSeen == nil })

            try files.rename(away, to: scene.volume.path, for: .userWrite)
            let next = try await scene.volume.publish(.serving("v4"), label: "v4")
            #expect(await agent.settles(on: next.release), "\(agent.log)")
            #expect(await agent.get()?.text == "v4")
            #expect(await agent.stop() == .exited(0))
        }

        @Test func aWagiApplicationIsServedByTheEmbeddedHost() async throws {
            guard let engine = HostVariable.findProgram("wasmkit") else { return }
            try await withTemporaryDirectory { home in
                let volume = try await TestVolume.make(in: home)
                var host = TestHost(volume)
                host.runtime = "kind = \"wagi\"\nprogram = \"\(engine)\""
                let first = try await volume.publish(source: Examples.wagi("hello-v1.wasm"), label: "v1")
                let agent = try await host.start()
                #expect(await agent.settles(on: first.release), "\(agent.log)")
                #expect(await agent.get()?.text.contains("v1") == true)
                let second = try await volume.publish(source: Examples.wagi("hello-v2.wasm"), label: "v2")
                #expect(await agent.settles(on: second.release), "\(agent.log)")
                #expect(await agent.get()?.text.contains("v2") == true)
                #expect(await agent.stop() == .exited(0))
                await endAll(of: home)
            }
        }
    }
}
