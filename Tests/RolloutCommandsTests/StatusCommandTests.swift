import Foundation
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct StatusCommandTests {
    @Test func theTableTellsWhatEachHostDoes() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "1.4.2")
            try site.report("web-1", serving: release)
            try site.report("web-2", serving: release, age: .seconds(600))
            try site.report("web-3", serving: release, checksSignatures: false)
            let text = try await site.program("status").output
            let lines = text.split(separator: "\n").map(String.init)
            func line(_ host: String) -> String { lines.first { $0.hasPrefix("\(host) ") } ?? "" }
            #expect(line("web-1").contains("\(release.short) (1.4.2)"))
            #expect(line("web-1").contains("ready"))
            #expect(line("web-2").contains("GONE?"))
            #expect(line("web-3").contains("NONE"))
            #expect(text.contains("channel stable: \(release.short) (1.4.2), since record 1"))
        }
    }

    @Test func jsonHasTheSameFacts() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "1.4.2")
            try site.report("web-1", serving: release)
            let apps = try #require(try await site.program("status", "--json").json["apps"] as? [[String: Any]])
            let hosts = try #require(apps.first?["hosts"] as? [[String: Any]])
            #expect(hosts.first?["host"] as? String == "web-1")
            #expect(hosts.first?["isLive"] as? Bool == true)
            #expect((hosts.first?["serving"] as? [String: String])?["version"] == "1.4.2")
        }
    }

    @Test func aDamagedStatusIsShownAndHidesNoOther() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release)
            let damaged = VolumeLayout(root: site.volume).status("hello", "web-2")
            try Data("garbage".utf8).write(to: URL(filePath: damaged.string))
            let ran = try await site.program("status")
            #expect(ran.status == .exited(0))
            #expect(ran.output.contains("web-1 "))
            #expect(ran.output.contains("web-2: it is damaged"))
        }
    }

    /// Anybody who may write to the log can put it there: it is not signed.
    @Test func aRecordWithAStateThatCannotBeStopsNoCommand() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            let files = LinuxFileSystem()
            let log = ReleaseLog(volume: try Volume.open(at: site.volume, in: files), app: "hello", policy: nil)
            let first = try #require(try log.newest())
            var record = first.record
            record.sequence = 2
            record.previous = first.digest
            record.change = .hold(channel: "stable")
            let plan = RolloutPlan(sizes: [WaveSize(unchecked: 500_000), .everyone])
            record.state.channels["stable"]?.rollout = OpenRollout(id: 1, plan: plan, openWave: 100, began: record.time)
            let envelope = try Envelope(payload: CanonicalJSON.encode(record), payloadType: Envelope.recordType, keys: [])
            try AtomicWrite(files, .user).create(
                log.volume.layout.record("hello", 2), with: CanonicalJSON.encode(envelope), mode: 0o444)
            // As its host would never say.
            try site.report("web-1", serving: release, decision: 2)

            for (command, status) in [
                (["status"], 65), (["log"], 65), (["events"], 0), (["why", "web-1"], 0), (["status", "--at", "0s"], 0),
            ] {
                let ran = try await site.program.run(command)
                #expect(ran.status == .exited(Int32(status)), "\(command): \(ran.output)\(ran.error)")
                #expect(ran.output.contains(release.short) || ran.output.contains(release.hex), "\(command): \(ran.output)")
            }
        }
    }

    @Test(arguments: [true, false]) func aFileThatIsNoRecordHidesNothing(isDirectory: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release, blocked: .notARecord(2, file: "2.json", "it is not JSON"))
            let record = VolumeLayout(root: site.volume).record("hello", 2)
            if isDirectory {
                try LinuxFileSystem().createDirectory(record, mode: 0o755, for: .userWrite)
            } else {
                try Data("garbage".utf8).write(to: URL(filePath: record.string))
            }
            let file = "apps/hello/log/0000000000000002.json"

            let status = try await site.program("status")
            #expect(status.status == .exited(65))
            #expect(status.output.contains("web-1 ") && status.output.contains("\(release.short) (v1), since record 1"))
            #expect(status.output.contains("Record 2 cannot be read: \(file) is no record"), "\(status.output)")
            #expect(status.output.contains("web-1: Could not accept record 2"), "\(status.output)")
            #expect(status.error.contains("Could not read all of the log of app 'hello': record 2: \(file)"))
            let json = try await site.program("status", "--json").json
            let damaged = (json["apps"] as? [[String: Any]])?.first?["damaged"] as? [[String: Any]]
            #expect(damaged?.first?["sequence"] as? Int == 2)

            let log = try await site.program("log")
            #expect(log.status == .exited(65))
            #expect(
                log.output.contains("release \(release.short) (v1) to stable") && log.output.contains(file), "\(log.output)")

            let why = try await site.program("why", "web-1")
            #expect(why.status == .exited(0))
            #expect(why.output.contains("It serves \(release.short) (v1)") && why.output.contains(file), "\(why.output)")
            #expect(try await site.program("events").output.contains(release.hex))
            #expect(try await site.program("status", "--at", "0s").output.contains("record 1"))
        }
    }

    @Test func whyTellsTheReason() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            let second = try await site.publish(Site.second, as: "v2")
            let refusal = Refusal(
                release: second, decision: 2, reason: "It never got ready.", at: Instant(milliseconds: 1_700_000_000_000))
            try site.report("web-1", serving: release, decision: 2, refused: [refusal])
            let text = try await site.program("why", "web-1").output
            #expect(text.contains("made \(second.short) the target"))
            #expect(text.contains("It never got ready."))
            #expect(text.contains("It serves \(release.short) (v1)"))
            let unknown = try await site.program("why", "web-9")
            #expect(unknown.status == .exited(65))
            #expect(unknown.error.contains("web-1"))
        }
    }

    @Test func whyNoticesAHostThatWasShownAnotherLog() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release, decision: 9)
            #expect(try await site.program("why", "web-1").output.contains("which the volume does not have"))
        }
    }
}
