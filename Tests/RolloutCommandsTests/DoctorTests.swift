import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@testable import RolloutCommands

@Suite struct DoctorTests {
    @Test func saysWhatToDoAboutAVolumeThatIsMissing() async throws {
        try await withTemporaryDirectory { directory in
            let ran = try await Program()("doctor", "--volume", directory.string)
            #expect(ran.status == .exited(69))
            let line = try #require(
                ran.output.split(separator: "\n").first { $0.hasPrefix("PROBLEM") && $0.contains("volume") })
            #expect(line.contains("wasmrollout init"))
        }
    }

    @Test func findsAPortInUseAndAKeyThatOthersCanRead() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            try LinuxFileSystem().setMode(site.key, 0o640, for: .userWrite)
            let ran = try await site.program("doctor", "--json")
            let checks = try #require(try ran.json["checks"] as? [[String: String]])
            #expect(checks.first { $0["name"] == "key" }?["verdict"] == "problem")
            #expect(checks.first { $0["name"] == "volume" }?["verdict"] == "ok")
            #expect(checks.first { $0["name"] == "clock" }?["verdict"] == "ok")
        }
    }

    @Test func aPolicyWhoseKeysHaveAllExpiredIsAProblem() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            var policy = try TrustPolicyFile.load(site.policy, in: LinuxFileSystem())
            policy.keys[0].expires = Instant(milliseconds: 1_700_000_000_000)
            let expired = directory.appending("expired.trust.json")
            try TrustPolicyFile.save(policy, to: expired, in: LinuxFileSystem())
            let ran = try await site.program("doctor", "--trust", expired.string)
            #expect(ran.status == .exited(69))
            #expect(ran.output.contains("this host accepts nothing new: too few keys for 'release'"), "\(ran.output)")
            // One that is current is enough.
            let other = TrustedKey(
                publicKey: VolumeFixture.key(7).publicKey, name: "next", roles: Set(TrustRole.allCases))
            policy.keys.append(other)
            let mended = directory.appending("mended.trust.json")
            try TrustPolicyFile.save(policy, to: mended, in: LinuxFileSystem())
            #expect(try await site.program("doctor", "--trust", mended.string).output.contains("accepts nothing new") == false)
        }
    }

    @Test func looksAtAllThatAConfigurationNames() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let configuration = try configure(site, admin: "127.0.0.1:0", listen: "192.0.2.1:80")
            let ran = try await site.program("doctor", "--config", configuration.string)
            #expect(ran.status == .exited(69))
            #expect(ran.output.contains("warning  trust"))
            #expect(ran.output.split(separator: "\n").contains { $0.hasPrefix("PROBLEM") && $0.contains("192.0.2.1:80") })
            #expect(ran.output.contains("nothing was published yet"))
        }
    }

    /// A host's configuration, for the app `hello`.
    private func configure(
        _ site: Site, host: HostID? = nil, admin: String? = nil, statusPath: FilePath? = nil, listen: String = "127.0.0.1:0",
        hooks: String = ""
    ) throws -> FilePath {
        let path = site.directory.appending("agent.toml")
        let text = """
            trust = "none"
            \(host.map { "host.id = \"\($0)\"" } ?? "")
            \(admin.map { "admin.listen = \"\($0)\"" } ?? "")
            [volume]
            path = "\(site.volume)"
            \(statusPath.map { "status-path = \"\($0)\"" } ?? "")
            [store]
            path = "\(site.directory)/store"
            [[app]]
            name = "hello"
            listen = "\(listen)"
            \(hooks)
            """
        try Data(text.utf8).write(to: URL(filePath: path.string))
        return path
    }

    private func checks(_ site: Site, _ configuration: FilePath) async throws -> [[String: String]] {
        let ran = try await site.program("doctor", "--config", configuration.string, "--json")
        return try #require(try ran.json["checks"] as? [[String: String]])
    }

    /// What `doctor` says of a host under this name.
    private func check(
        _ name: String, in directory: FilePath, statusPath: FilePath? = nil, _ prepare: (VolumeLayout) throws -> Void
    ) async throws -> [String: String]? {
        let site = try await Site(directory)
        try await site.publish(as: "v1")
        try prepare(VolumeLayout(root: site.volume))
        let configuration = try configure(site, statusPath: statusPath)
        return try await checks(site, configuration).first { $0["name"] == name }
    }

    /// Nothing can be written where a file is in a directory's place, not even by root.
    private func obstruct(_ path: FilePath) throws {
        try? FileManager.default.removeItem(atPath: path.string)
        try Data().write(to: URL(filePath: path.string))
    }

    @Test func aHostThatMayWriteStatusesAndNothingElseIsAsItShouldBe() async throws {
        try await withTemporaryDirectory { directory in
            let check = try await check("write access", in: directory) { try obstruct($0.temporary) }
            #expect(check?["verdict"] == "ok")
            #expect(check?["detail"]?.contains("statuses go to") == true)
            let left = try LinuxFileSystem().list(directory.appending("volume/apps/hello/hosts"), limit: 10, for: .userRead)
            #expect(left.isEmpty)
        }
    }

    @Test func aHostThatMayWriteNoStatusCannotReport() async throws {
        try await withTemporaryDirectory { directory in
            let check = try await check("write access", in: directory) { layout in
                try obstruct(layout.temporary)
                try obstruct(layout.hosts("hello"))
            }
            #expect(check?["verdict"] == "warning")
            #expect(check?["detail"]?.contains("not report") == true)
        }
    }

    @Test func aPlaceForStatusesThatIsMissingIsAProblem() async throws {
        try await withTemporaryDirectory { directory in
            let statuses = directory.appending("statuses")
            let check = try await check("write access", in: directory, statusPath: statuses) { layout in
                try obstruct(layout.temporary)
                // There, but without the app's directory.
                try FileManager.default.createDirectory(atPath: statuses.string, withIntermediateDirectories: true)
            }
            #expect(check?["verdict"] == "problem")
            #expect(check?["detail"]?.contains("\(statuses)/apps/hello/hosts") == true)
        }
    }

    @Test func anAppsPartOfTheStoreThatCannotBeWrittenIsAProblem() async throws {
        try await withTemporaryDirectory { directory in
            let check = try await check("store", in: directory) { _ in
                let store = directory.appending("store")
                try FileManager.default.createDirectory(atPath: store.string, withIntermediateDirectories: true)
                try obstruct(store.appending("hello"))
            }
            #expect(check?["verdict"] == "problem")
            #expect(check?["detail"]?.contains("store/hello") == true)
        }
    }

    /// A host `web-1` whose agent, if it runs, is not reachable at its admin address.
    private func checks(
        _ change: (inout HostStatus) -> Void, in directory: FilePath
    ) async throws -> [[String: String]] {
        let site = try await Site(directory)
        try await site.publish(as: "v1")
        let now = Instant(milliseconds: SystemClock().wallMilliseconds)
        var status = HostStatus(
            host: "web-1", app: "hello", channel: "stable", kind: "instance", health: .ready, checksSignatures: true,
            agentVersion: "1", updated: now)
        status.agent = "another"
        status.gateway = "192.0.2.1:80"
        change(&status)
        try StatusFile(path: VolumeLayout(root: site.volume).status("hello", "web-1")).write(status, in: LinuxFileSystem())
        let configuration = try configure(site, host: "web-1", admin: "127.0.0.1:1")
        return try await checks(site, configuration).filter { $0["name"]?.hasPrefix("host id") == true }
    }

    @Test func namesAnotherAgentThatReportsAsThisHost() async throws {
        try await withTemporaryDirectory { directory in
            let checks = try await checks({ $0.rival = RivalAgent(since: $0.updated, began: nil, gateway: nil) }, in: directory)
            #expect(checks.map { $0["verdict"] } == ["problem"])
            #expect(checks[0]["remedy"]?.contains("host.id") == true)
        }
    }

    @Test func wondersAboutAFreshStatusWhileNoAgentAnswersHere() async throws {
        try await withTemporaryDirectory { directory in
            let checks = try await checks({ _ in }, in: directory)
            #expect(checks.map { $0["verdict"] } == ["warning"])
            #expect(checks[0]["detail"]?.contains("192.0.2.1:80") == true)
        }
    }

    @Test func saysNothingOfAStatusThatIsOld() async throws {
        try await withTemporaryDirectory { directory in
            let checks = try await checks({ $0.updated = $0.updated + .seconds(-3600) }, in: directory)
            #expect(checks == [])
        }
    }

    @Test func saysNothingOfALastWord() async throws {
        try await withTemporaryDirectory { directory in
            let checks = try await checks({ $0.health = .stopping }, in: directory)
            #expect(checks == [])
        }
    }

    private static let table = MountTable(
        text: """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            40 22 0:50 / /mnt/with\\040space rw shared:5 - nfs4 10.0.0.1:/ rw,vers=4.1,hard,noresvport
            41 22 0:51 / /mnt/app ro shared:6 - nfs4 fs-1.efs.eu-west-1.amazonaws.com:/ rw,vers=4.1,soft
            42 22 0:52 / /mnt/app rw shared:7 - nfs4 fs-2.efs.eu-west-1.amazonaws.com:/ rw,vers=3,hard
            a line that is none
            """)

    @Test func theMountOfAPathIsTheDeepestAndLast() {
        #expect(Self.table.mount(of: "/mnt/app/x")?.source == "fs-2.efs.eu-west-1.amazonaws.com:/")
        #expect(Self.table.mount(of: "/mnt/with space")?.isNFS == true)
        #expect(Self.table.mount(of: "/mnt/application")?.type == "ext4")
    }

    @Test func aMountIsJudgedByWhatNFSNeeds() {
        let good = MountCheck.run("/mnt/with space", mounts: Self.table)
        #expect(good.map(\.verdict) == [.ok])
        let old = MountCheck.run("/mnt/app", mounts: Self.table)
        #expect(old.contains { $0.detail.contains("version 3") })
        #expect(old.contains { $0.detail.contains("noresvport") })
        let soft = MountTable(text: "41 22 0:51 / /mnt/app ro shared:6 - nfs4 server:/ rw,vers=4.2,soft")
        #expect(MountCheck.run("/mnt/app", mounts: soft).contains { $0.verdict == .problem && $0.detail.contains("soft") })
    }

    @Test func looksWhetherHooksCouldRun() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let plain = directory.appending("plain")
            try Data("#!/bin/sh".utf8).write(to: URL(filePath: plain.string))
            let hooks = """
                [app.hooks]
                before-activate = { command = ["\(directory)/none"] }
                after-activate = { command = ["\(plain)"] }
                on-refused = { command = ["/bin/true"] }
                """
            let checks = try await checks(site, configure(site, hooks: hooks))
            func check(_ point: String) -> [String: String]? { checks.first { $0["name"] == "hook hello \(point)" } }
            #expect(check("before-activate")?["verdict"] == "problem")
            #expect(check("before-activate")?["detail"]?.contains("does not exist") == true)
            #expect(check("after-activate")?["detail"]?.contains("cannot be executed") == true)
            #expect(check("on-refused")?["verdict"] == "ok")
            #expect(check("on-rollback") == nil)
        }
    }
}
