import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// A host can go back at any time, whatever became of its copy of the release before.
    @Suite struct FallbackTests {
        @Test func theCopyToGoBackToIsMadeAgainWhenItIsDamagedOrGone() async throws {
            try await withScene { scene in
                let first = scene.first.release
                let second = try await scene.volume.publish(.serving("v2"), label: "v2").release
                #expect(await scene.agent.settles(on: second))
                #expect(await scene.agent.shows(within: .seconds(60)) { $0.fallback?.release == first })
                await scene.agent.kill()

                let (files, copy) = (LinuxFileSystem(), try scene.host.copy(of: first))
                try files.write(Array("nonsense".utf8), to: ReleaseLayout(directory: copy).manifest, mode: 0o644)
                #expect(try scene.host.defect(of: first) != nil)
                await (try await makesItAgain(scene, first)).kill()

                try files.removeTree(copy, for: .userWrite)
                #expect(try scene.host.defect(of: first) != nil)
                let agent = try await makesItAgain(scene, first)
                try await scene.volume.rollBack()
                #expect(await agent.settles(on: first), "\(agent.log.suffix(2000))")
                await agent.stop()
            }
        }

        /// Starts an agent anew and waits until it has the copy.
        private func makesItAgain(_ scene: Scene, _ release: Digest) async throws -> AgentProcess {
            let agent = try await scene.host.start()
            let isThere = await agent.shows(within: .seconds(60)) { $0.fallback?.release == release }
            #expect(isThere, "\(agent.log.suffix(2000))")
            #expect(try scene.host.defect(of: release) == nil)
            return agent
        }
    }
}
