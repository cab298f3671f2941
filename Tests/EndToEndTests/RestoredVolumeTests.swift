import FoundationEssentials
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// The volume is lost, and what there is of it is a backup, or nothing. The hosts serve on, and there is a way out.
    @Suite struct RestoredVolumeTests {
        private func copy(_ source: FilePath, to target: FilePath) throws {
            try FileManager.default.copyItem(atPath: source.string, toPath: target.string)
        }

        @Test(arguments: [true, false]) func theHostServesOnAndFollowsAgainOnAnOperatorsWord(isBackup: Bool) async throws {
            try await withScene { scene in
                let (volume, home) = (scene.volume, scene.volume.home)
                let backup = home.appending("backup")
                if isBackup { try copy(volume.path, to: backup) }
                let second = try await volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.agent.settles(on: second.release), "\(scene.agent.log)")
                let client = StrictClient(.init(port: scene.host.port))
                client.start()

                try LinuxFileSystem().rename(volume.path, to: home.appending("lost"), for: .userWrite)
                if isBackup {
                    try copy(backup, to: volume.path)
                } else {
                    try LinuxFileSystem().createDirectory(volume.path, mode: 0o755, for: .userWrite)
                    try await Program.succeed(["init", volume.path.string], home: home)
                }
                #expect(await scene.agent.shows { $0.blocked?.kind == .log }, "\(scene.agent.log)")
                #expect(await scene.agent.status()?.note.contains("wasmrollout accept-log") == true)

                let source = try volume.artifact(.serving("v3"), label: "v3")
                let arguments = volume.publishArguments(source: source, label: "v3")
                if isBackup { try await refusesToPublish(arguments, scene) }
                try await Program.succeed(arguments + ["--after-restore"], home: home)
                #expect(await scene.agent.shows { $0.blocked?.kind == .log && $0.acceptedSequence == 2 })
                if isBackup {
                    let verified = try await volume.verify()
                    #expect(verified.status == .exited(65) && verified.output.contains("accept-log"), "\(verified)")
                }
                let doctor = try await Program.run(
                    ["doctor", "--config", scene.host.configurationPath.string], home: home)
                #expect(doctor.status == .exited(69) && doctor.output.contains("accept-log"), "\(doctor)")

                let word = ["accept-log", "--config", scene.host.configurationPath.string]
                let tried = try await Program.succeed(word + ["--dry-run"], home: home)
                #expect(tried.contains("With your word it would accept"), "\(tried)")
                let polls = try #require(await scene.agent.polls())
                #expect(await eventually { await scene.agent.polls() ?? 0 > polls + 20 })
                #expect(await scene.agent.status()?.serving?.release == second.release)
                try await Program.succeed(word, home: home)
                let third = try volume.newest()
                #expect(await scene.agent.settles(on: try #require(third.change.release)), "\(scene.agent.log)")
                #expect(await scene.agent.shows { $0.blocked == nil && $0.acceptedSequence == third.sequence })
                #expect(try await Program.succeed(word, home: home).contains("nothing to accept"))
                #expect(try await volume.verify().succeeded)
                let report = await client.stop()
                #expect(report.failures.isEmpty, "\(report.examples)")
            }
        }

        /// A new record of the same number would be one that no host ever accepts.
        private func refusesToPublish(_ arguments: [String], _ scene: Scene) async throws {
            let refused = await eventually {
                let outcome = try? await Program.run(arguments + ["--dry-run"], home: scene.volume.home)
                return outcome?.status == .exited(65) && outcome?.errors.contains("--after-restore") == true
                    && outcome?.errors.contains(scene.host.id) == true
            }
            #expect(refused)
            let outcome = try await Program.run(arguments, home: scene.volume.home)
            #expect(outcome.status == .exited(65), "\(outcome)")
            #expect(try scene.volume.newest().sequence == 1)
        }

        /// The word for one log is none for another.
        @Test func aWordForAnotherLogIsNotTaken() async throws {
            try await withScene { scene in
                let backup = scene.volume.home.appending("backup")
                try copy(scene.volume.path, to: backup)
                let second = try await scene.volume.publish(.serving("v2"), label: "v2")
                #expect(await scene.agent.settles(on: second.release), "\(scene.agent.log)")
                let app = try #require(AppName(scene.volume.app))
                let layout = LocalLayout(store: scene.host.store, app: app)
                let accepted = try #require(try scene.host.record()?.accepted)
                var other = accepted
                other.sequence = 1
                try LogConsentFile(layout, in: LinuxFileSystem()).write(
                    LogConsent(other, who: "somebody", at: Instant(milliseconds: 0)))
                try LinuxFileSystem().rename(
                    scene.volume.path, to: scene.volume.home.appending("lost"), for: .userWrite)
                try copy(backup, to: scene.volume.path)
                #expect(await scene.agent.shows { $0.blocked?.kind == .log }, "\(scene.agent.log)")
                let polls = try #require(await scene.agent.polls())
                #expect(await eventually { await scene.agent.polls() ?? 0 > polls + 20 })
                #expect(try scene.host.record()?.accepted == accepted)
                #expect(scene.agent.count("An operator said") == 0)
                #expect(await scene.agent.get()?.text == "v2")
            }
        }
    }
}
