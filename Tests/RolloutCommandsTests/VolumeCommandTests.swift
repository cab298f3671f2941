import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct VolumeCommandTests {
    @Test func initIsDoneOnce() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("v").string
            let first = try await Program()("init", path, "--json")
            let second = try await Program()("init", path, "--json")
            #expect(try first.json["isNew"] as? Bool == true)
            #expect(try second.json["isNew"] as? Bool == false)
            #expect(try first.json["volume"] as? String == second.json["volume"] as? String)
        }
    }

    @Test func initRefusesWhatIsNotItsOwn() async throws {
        try await withTemporaryDirectory { directory in
            try Data("x".utf8).write(to: URL(filePath: directory.appending("photo.jpg").string))
            let foreign = try await Program()("init", directory.string)
            #expect(foreign.status == .exited(65))
            #expect(foreign.error.contains("photo.jpg"))
            let file = try await Program()("init", directory.appending("photo.jpg").string)
            #expect(file.status == .exited(65))
            let missing = try await Program()("init", directory.appending("a/b").string)
            #expect(missing.status == .exited(69))
        }
    }

    @Test func aVolumeMayBeNamedThroughALink() async throws {
        try await withTemporaryDirectory { directory in
            let link = directory.appending("link")
            try FileManager.default.createDirectory(
                atPath: directory.appending("efs").string, withIntermediateDirectories: false)
            try LinuxFileSystem().createSymbolicLink(at: link, to: "efs", for: .userWrite)
            let program = Program(environment: ["WASMROLLOUT_VOLUME": link.string])
            let made = try await program("init", link.string)
            #expect(made.status == .exited(0), "\(made.error)")
            let published = try await program.run(["publish", Site.first, "--app", "hello", "--unsigned"])
            #expect(published.status == .exited(0), "\(published.error)")
            for arguments in [["verify"], ["status"], ["log"], ["collect"]] {
                let ran = try await program.run(arguments)
                #expect(ran.status == .exited(0), "\(arguments): \(ran.error)")
            }
        }
    }

    @Test func anUnknownFormatIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let description = site.volume.appending("volume.json")
            try LinuxFileSystem().unlink(description, for: .userWrite)
            try Data(#"{"format": 2, "volume": "later"}"#.utf8).write(to: URL(filePath: description.string))
            let ran = try await site.program("status")
            #expect(ran.status == .exited(65))
            #expect(ran.error.contains("its format is 2"))
        }
    }

    @Test func theLogTellsWhoAndWhy() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1", "--message", "the first", "--who", "ada")
            let text = try await site.program("log", "--trust", site.policy.string)
            #expect(text.output.contains("(v1) to stable"))
            #expect(text.output.contains("by ada (signed by ci)"))
            #expect(text.output.contains("the first"))
            let records = try #require(try await site.program("log", "--json").json["records"] as? [[String: Any]])
            #expect(records.first?["sequence"] as? Int == 1)
        }
    }

    @Test func whatWasWrittenByOthersCannotMoveTheTerminal() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1", "--message", "\u{1B}]0;owned\u{07}\u{202E}evil")
            let text = try await site.program("log").output
            #expect(!text.contains("\u{1B}"))
            #expect(!text.contains("\u{202E}"))
            #expect(text.contains("\\u{1b}"))
        }
    }

    @Test func followingShowsWhatIsPublishedMeanwhile() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1")
            let follower = try site.program.start(["log", "--follow", "--json"])
            var lines = follower.output.lines.makeAsyncIterator()
            let first = try #require(await lines.next())
            #expect(first.text.contains(#""sequence":1"#))
            try await site.publish(Site.second, as: "v2")
            let second = try #require(await lines.next())
            #expect(second.text.contains(#""version":"v2""#))
            Program.launcher.signal(follower, .terminate, wholeGroup: false, for: .hookKill)
            _ = await follower.waitForExit()
        }
    }

    @Test func verifyTellsByItsExitCode() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            let good = try await site.program("verify", "--trust", site.policy.string)
            #expect(good.status == .exited(0))
            #expect(good.output.contains("the laws hold"))
            let blob = VolumeLayout(root: site.volume).blob(release)
            try LinuxFileSystem().unlink(blob, for: .userWrite)
            let bad = try await site.program("verify", "--json")
            #expect(bad.status == .exited(65))
            #expect(try bad.json["isGood"] as? Bool == false)
        }
    }

    @Test func verifyChecksSignaturesAgainstAPolicy() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1")
            _ = try await site.program("keygen", "--name", "other", "--directory", directory.string)
            let ran = try await site.program("verify", "--trust", directory.appending("other.trust.json").string)
            #expect(ran.status == .exited(65))
            #expect(ran.output.contains("no key that this host trusts"))
        }
    }

    @Test func collectDeletesOnlyWhatNothingNeeds() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1")
            let stray = VolumeLayout(root: site.volume).blob(Digest(bytes: [UInt8](repeating: 7, count: 32)))
            try LinuxFileSystem().createDirectories(stray.removingLastComponent(), mode: 0o755, for: .userWrite)
            try Data("stray".utf8).write(to: URL(filePath: stray.string))
            let dry = try await site.program("collect", "--grace", "0s", "--dry-run", "--json")
            #expect((try dry.json["removed"] as? [Any])?.count == 1)
            #expect(FileManager.default.fileExists(atPath: stray.string))
            let young = try await site.program("collect", "--json")
            #expect((try young.json["removed"] as? [Any])?.isEmpty == true)
            let ran = try await site.program("collect", "--grace", "0s")
            #expect(ran.status == .exited(0))
            #expect(!FileManager.default.fileExists(atPath: stray.string))
            #expect(try await site.program("verify").status == .exited(0))
        }
    }
}
