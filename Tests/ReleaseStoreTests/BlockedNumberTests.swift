import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Somebody with write access puts something into the log that is no record. Nothing passes it by itself: a number is given once.
@Suite struct BlockedNumberTests {
    enum Obstacle: CaseIterable {
        case text, nothing, directory, link

        func put(at path: FilePath, in files: any FileSystem) throws {
            switch self {
            case .text: try AtomicWrite(files, .user).create(path, with: Array("{}".utf8), mode: 0o644)
            case .nothing: try AtomicWrite(files, .user).create(path, with: [], mode: 0o644)
            case .directory: try files.createDirectory(path, mode: 0o755, for: .userWrite)
            case .link: try files.createSymbolicLink(at: path, to: "/etc/passwd", for: .userWrite)
            }
        }
    }

    @Test(arguments: Obstacle.allCases) func isNamedToAllWhoMeetItAndPassedOnceItIsGone(obstacle: Obstacle) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            let accepted = follower.look(in: fixture.fileSystem, now: fixture.now).accepted
            let path = fixture.layout.record(fixture.app, 2)
            try obstacle.put(at: path, in: fixture.fileSystem)
            let file = "apps/shop/log/0000000000000002.json"

            let look = follower.look(in: fixture.fileSystem, now: fixture.now)
            guard case .notARecord(2, file, _) = look.refusal else { throw Unexpected("\(look)") }
            #expect(look.accepted == accepted)
            #expect("\(try #require(look.refusal))".contains("\(file) is not a record"))

            let error = #expect(throws: StoreError.self) { try fixture.publish("2.0") }
            #expect("\(try #require(error))".contains(file))
            let report = try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now)
            #expect(
                report.findings.contains {
                    $0.severity == .error && $0.path == file && $0.words.contains("move it off the volume")
                })

            try fixture.fileSystem.removeTree(path, for: .userWrite)
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).isCurrent)
            try fixture.publish("2.0")
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 2)
            #expect(try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now).isGood)
        }
    }

    /// It can be read, and has the right place, but no log leads to such a state: who shows it would count on a wave that is not there.
    @Test func aRecordWithAStateThatCannotBeCountsAsDamage() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let log = ReleaseLog(volume: try fixture.volume(), app: fixture.app, policy: nil)
            let first = try #require(try log.newest())
            var record = first.record
            record.sequence = 2
            record.previous = first.digest
            record.change = .hold(channel: fixture.channel)
            let plan = RolloutPlan(sizes: [WaveSize(unchecked: 500_000), .everyone])
            record.state.channels[fixture.channel]?.rollout = OpenRollout(id: 1, plan: plan, openWave: 100, began: record.time)
            try fixture.write(record, signedBy: [])

            let tail = try log.tail()
            #expect(tail.newest?.record.sequence == 1)
            #expect(tail.damaged.map(\.sequence) == [2])
            #expect(tail.damaged.first?.reason.contains("no such wave open") == true)
            guard case .failure = try log.readable(2) else { throw Unexpected("record 2 was taken for one") }
        }
    }

    /// Moved away, it would be written again with other content: the hosts that have it would see a fork.
    @Test func verifyWarnsWhereAHostHasAcceptedTheRecordThatCannotBeRead() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            try fixture.publish("2.0")
            let path = fixture.layout.record(fixture.app, 2)
            var follower = fixture.follower()
            let accepted = follower.look(in: fixture.fileSystem, now: fixture.now).accepted
            var status = fixture.status("web-1")
            status.acceptedSequence = try #require(accepted).sequence
            try StatusFile(path: fixture.layout.status(fixture.app, "web-1")).write(status, in: fixture.fileSystem)
            try fixture.fileSystem.unlink(path, for: .userWrite)
            try Obstacle.text.put(at: path, in: fixture.fileSystem)
            let report = try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now)
            let found = report.findings.filter { $0.path == "apps/shop/log/0000000000000002.json" }
            #expect(found.count == 1 && found[0].words.contains("web-1") && found[0].words.contains("restore it"))
        }
    }
}
