import Foundation
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct KeyCommandTests {
    @Test func aKeyIsForItsOwnerOnlyAndNeverOverwritten() async throws {
        try await withTemporaryDirectory { directory in
            let made = try await Program()("keygen", "--name", "ci", "--directory", directory.string)
            #expect(made.status == .exited(0))
            let key = directory.appending("ci.key.json")
            let before = try Data(contentsOf: URL(filePath: key.string))
            #expect(try LinuxFileSystem().status(key, for: .userRead)?.mode == 0o600)
            let again = try await Program()("keygen", "--name", "ci", "--directory", directory.string)
            #expect(again.status == .exited(65))
            #expect(try Data(contentsOf: URL(filePath: key.string)) == before)
        }
    }

    @Test(arguments: [("release", "publish with"), ("operate", "wasmrollout hold"), ("coordinate", "[coordinator]")])
    func aKeySaysWhatItIsFor(_ role: String, _ words: String) async throws {
        try await withTemporaryDirectory { directory in
            let made = try await Program()("keygen", "--role", role, "--key-only", "--directory", directory.string)
            #expect(made.output.contains(words), "\(made.output)")
        }
    }

    @Test func theSecretIsNotShown() async throws {
        try await withTemporaryDirectory { directory in
            let made = try await Program()("keygen", "--name", "ci", "--directory", directory.string, "--json")
            let file = try Data(contentsOf: URL(filePath: directory.appending("ci.key.json").string))
            let key = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
            let secret = try #require(key["privateKey"] as? String)
            #expect(!made.output.contains(secret))
        }
    }

    @Test func signingIsNotLeftOutSilently() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let program = Program(environment: ["WASMROLLOUT_VOLUME": site.volume.string])
            let forgotten = try await program("publish", Site.first, "--app", "hello")
            #expect(forgotten.status == .exited(64))
            #expect(forgotten.error.contains("--unsigned"))
            let asked = try await program("publish", Site.first, "--app", "hello", "--unsigned")
            #expect(asked.status == .exited(0))
            #expect(asked.output.contains("unsigned"))
        }
    }

    @Test func aKeyThatOthersCanReadIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try LinuxFileSystem().setMode(site.key, 0o644, for: .userWrite)
            let ran = try await site.program("publish", Site.first, "--app", "hello")
            #expect(ran.status == .exited(77))
            #expect(ran.error.contains("chmod 600"))
        }
    }

    @Test func garbageIsNoKey() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let garbage = directory.appending("garbage")
            try Data("not a key".utf8).write(to: URL(filePath: garbage.string))
            try LinuxFileSystem().setMode(garbage, 0o600, for: .userWrite)
            let ran = try await site.program("publish", Site.first, "--app", "hello", "--key", garbage.string)
            #expect(ran.status == .exited(65))
        }
    }

    @Test func aLogThatIsNotTrustedIsNotBuiltUpon() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try await site.publish(as: "v1")
            _ = try await site.program("keygen", "--name", "other", "--directory", directory.string)
            let ran = try await site.program(
                "publish", Site.second, "--app", "hello", "--key", directory.appending("other.key.json").string, "--trust",
                directory.appending("other.trust.json").string)
            #expect(ran.status == .exited(77))
        }
    }
}
