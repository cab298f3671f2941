import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// A volume that is one host's own disk: a record can be seen before a power loss would leave it there.
@Suite struct DurableRecordTests {
    private func withDisk(_ body: (VolumeFixture, SimulatedFileSystem) throws -> Void) throws {
        let disk = SimulatedFileSystem()
        let fixture = try VolumeFixture(in: "/", fileSystem: disk)
        try fixture.publish("1.0")
        try body(fixture, disk)
    }

    @Test func whatAHostHasAcceptedIsThereAfterAPowerLoss() throws {
        try withDisk { fixture, disk in
            // As a publisher leaves it that is killed right after its record can be seen.
            disk.ignoreSyncs(for: .recordSync, .syncDirectory)
            try fixture.publish("2.0")
            var follower = fixture.follower()
            let accepted = try #require(follower.look(in: disk, now: fixture.now).accepted)
            #expect(accepted.sequence == 2)
            for seed in 0..<16 as Range<UInt64> {
                let left = disk.afterCrash(seed: seed)
                var again = fixture.follower(resuming: accepted)
                let look = again.look(in: left, now: fixture.now)
                #expect(look.refusal == nil && look.accepted == accepted, "seed \(seed)")
            }
        }
    }

    @Test func whatAPublisherSaysIsWrittenIsThereAfterAPowerLossThoughItHadToLookForIt() throws {
        try withDisk { fixture, disk in
            // After the link, before its directory is made durable.
            disk.inject(.fail(.other), at: .purpose(.recordCleanUp))
            #expect(try fixture.publish("2.0").sequence == 2)
            for seed in 0..<16 as Range<UInt64> {
                let left = disk.afterCrash(seed: seed)
                let log = ReleaseLog(volume: try Volume.open(at: fixture.root, in: left), app: fixture.app, policy: nil)
                #expect(try log.read(2) != nil, "seed \(seed)")
            }
        }
    }
}
