import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Whatever somebody puts in the beacon's place, nobody is stopped by it, and what `verify` says to do about it helps.
@Suite struct BeaconTroubleTests {
    typealias Trick = HostileVolumeTests.Trick

    @Test(arguments: Trick.allCases) func itStopsNobodyAndIsMended(_ trick: Trick) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let head = fixture.layout.head(fixture.app)
            try trick.play(on: head)
            var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
            defer { poll.close(in: fixture.fileSystem) }
            // Not an error: errors are about the volume.
            _ = try poll.poll(in: fixture.fileSystem)
            let found = try finding(fixture)
            #expect((found == nil) == (trick == .huge), "\(found?.words ?? "nothing")")

            let second = try fixture.publish("2.0")
            var follower = fixture.follower()
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == second.sequence)
            if trick == .directory {
                #expect(second.warnings.contains { $0.contains("wasmrollout verify") })
                #expect(try finding(fixture)?.words.contains("is a directory: remove it") == true)
                try fixture.fileSystem.removeDirectory(head, for: .userWrite)
                try fixture.publish("3.0")
            } else {
                #expect(second.warnings.isEmpty)
            }
            #expect(try finding(fixture) == nil)
            guard case .changed(let beacon) = try poll.poll(in: fixture.fileSystem) else { throw Unexpected("no beacon") }
            #expect(beacon?.sequence == (trick == .directory ? 3 : 2))
        }
    }

    private func finding(_ fixture: VolumeFixture) throws -> Finding? {
        try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now).findings.first {
            $0.path.hasSuffix("/head")
        }
    }
}
