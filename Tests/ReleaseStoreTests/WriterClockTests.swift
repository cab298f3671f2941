import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// A record that is dated ahead of the hosts' clocks stops every one of them until its time comes. Its writer's own clock says nothing
/// against it, so the volume's is asked, before anybody can see it.
@Suite struct WriterClockTests {
    /// A volume, and a writer whose clock is so far ahead of the volume's.
    private func withWriter(ahead: Duration, _ body: (VolumeFixture) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            fixture.clock.stepWall(by: SystemClock().wallMilliseconds - fixture.clock.wallMilliseconds + ahead.milliseconds)
            try body(fixture)
        }
    }

    @Test(arguments: [Duration.seconds(90), .seconds(240), .seconds(3600), .seconds(20 * 365 * 86_400)])
    func aWriterWhoseClockIsAheadWritesNoRecord(ahead: Duration) async throws {
        try await withWriter(ahead: ahead) { fixture in
            let error = try #require(throws: StoreError.self) { try fixture.publish("1.0") }
            guard case .wrongClock(let skew) = error.code else { throw Unexpected("\(error)") }
            #expect(skew.ahead <= ahead && skew.ahead > ahead - .seconds(30))
            #expect("\(error)".contains("ahead of the volume's") && "\(error)".contains("chrony"))
            #expect(try fixture.fileSystem.list(fixture.layout.log(fixture.app), limit: 10, for: .logList) == [])
            #expect(try fixture.fileSystem.list(fixture.layout.temporary, limit: 10, for: .logList) == [])

            // Set right, the same publisher goes on.
            fixture.clock.stepWall(by: -ahead.milliseconds)
            try fixture.publish("1.0")
            var follower = fixture.follower()
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).isCurrent)
        }
    }

    @Test func aCoordinatorWhoseClockIsAheadWritesNoRecord() async throws {
        try await withWriter(ahead: .zero) { fixture in
            try fixture.publish("1.0")
            let first = try #require(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest())
            fixture.clock.stepWall(by: 7_200_000)
            let place = VolumeCoordination(fixture.publisher())
            let head = try #require(try place.head())
            #expect(throws: CoordinationError.self) {
                try place.append(.hold(channel: fixture.channel), after: head, message: "")
            }
            let newest = try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest()
            #expect(newest == first)
        }
    }

    @Test(arguments: [Duration.seconds(30), .zero, .seconds(-3600)]) func oneThatHurtsNobodyWrites(ahead: Duration) async throws
    {
        try await withWriter(ahead: ahead) { fixture in
            try fixture.publish("1.0")
            var follower = fixture.follower()
            let look = follower.look(in: fixture.fileSystem, now: Instant(milliseconds: SystemClock().wallMilliseconds))
            #expect(look.isCurrent)
        }
    }
}
