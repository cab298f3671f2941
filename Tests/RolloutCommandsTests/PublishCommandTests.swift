import Foundation
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct PublishCommandTests {
    @Test func aDryRunWritesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let ran = try await site.program("publish", Site.first, "--app", "hello", "--dry-run", "--json")
            #expect(ran.status == .exited(0))
            #expect(try ran.json["sequence"] == nil)
            #expect(try ran.json["isDryRun"] as? Bool == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.volume.appending("apps").string).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.volume.appending("blobs/sha256").string).isEmpty)
        }
    }

    @Test func whatIsNewAmongWhatIsAskedForIsShown() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            func manifest(_ hosts: String) throws -> String {
                let path = directory.appending("spin.toml")
                let text = """
                    spin_manifest_version = 2
                    [application]
                    name = "hello"
                    version = "1.0.0"
                    [[trigger.http]]
                    route = "/..."
                    component = "hello"
                    executor = { type = "wagi" }
                    [component.hello]
                    source = "hello.wasm"
                    allowed_outbound_hosts = [\(hosts)]
                    """
                try Data(text.utf8).write(to: URL(filePath: path.string))
                return path.string
            }
            try FileManager.default.copyItem(atPath: Site.first, toPath: directory.appending("hello.wasm").string)
            let first = try await site.program("publish", try manifest("\"https://a.example\""), "--app", "hello")
            #expect(first.output.contains("https://a.example"))
            let source = try manifest("\"https://a.example\", \"https://b.example\"")
            let refused = try await site.program("publish", source, "--app", "hello")
            #expect(refused.status == .exited(65))
            #expect(refused.error.contains("outbound hosts: https://b.example"))
            let second = try await site.program(
                "publish", source, "--app", "hello", "--allow-new-capabilities", "--json")
            let added = try #require(try second.json["added"] as? [String: [String]])
            #expect(added["outboundHosts"]?.count == 1)
            #expect(added["outboundHosts"]?.first?.contains("b.example") == true)
        }
    }

    @Test func whatNoHostCouldRunIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let wasm = [UInt8](try Data(contentsOf: URL(filePath: Site.first)))
            for (name, bytes) in [
                ("text.wasm", Array("hello".utf8)), ("cut.wasm", Array(wasm.prefix(200))), ("empty.wasm", []),
            ] {
                let path = directory.appending(name)
                try Data(bytes).write(to: URL(filePath: path.string))
                let ran = try await site.program("publish", path.string, "--app", "hello")
                #expect(ran.status == .exited(65), "\(name)")
                #expect(ran.error.hasPrefix("Could not publish \(name): "))
            }
            let missing = try await site.program("publish", directory.appending("none.wasm").string, "--app", "hello")
            #expect(missing.status == .exited(65))
        }
    }

    @Test func rollingBackGoesToTheReleaseBefore() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            try await site.publish(Site.second, as: "v2")
            let ran = try await site.program("rollback", "--app", "hello", "--json")
            let target = try #require(try ran.json["to"] as? [String: String])
            #expect(target["release"] == first.description)
            #expect(try ran.json["sequence"] as? Int == 3)
            let further = try await site.program("rollback", "--app", "hello")
            #expect(further.status == .exited(65))
            #expect(further.error.contains("no earlier promoted release"))
        }
    }

    @Test func aReleaseIsFoundByDigitsAndByVersion() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            for name in [release.description, release.hex, String(release.hex.prefix(6)), "v1"] {
                let ran = try await site.program("show", name, "--json")
                #expect(try ran.json["release"] as? String == release.description)
            }
            #expect(try await site.program("show", "v9").status == .exited(65))
            let text = try await site.program("show", "v1").output
            #expect(text.contains("module, WAGI, route /..."))
        }
    }
}
