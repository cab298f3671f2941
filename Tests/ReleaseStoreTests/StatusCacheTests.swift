import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct StatusCacheTests {
    private func withHosts(_ count: Int, _ body: (VolumeFixture, StatusBoard) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory, fileSystem: InterceptingFileSystem(syncs: false))
            try fixture.publish("1.0")
            for number in 0..<count { try fixture.writeStatus(HostID(unchecked: "host-\(number)")) }
            try body(fixture, StatusBoard(fixture.volume(), app: fixture.app))
        }
    }

    @Test func itSaysWhatTheFilesSay() async throws {
        try await withHosts(3) { fixture, board in
            let cache = StatusCache(clock: SystemClock())
            for _ in 0..<2 {
                let reports = try board.reports(at: fixture.now, remembering: cache)
                #expect(try reports == board.reports(at: fixture.now))
                #expect(reports.count == 3)
                fixture.clock.advance(by: .seconds(5))
                try fixture.writeStatus("host-1")
            }
            // One that is damaged is not what it was before, and one that is gone is gone.
            let files = LinuxFileSystem()
            try files.unlink(fixture.layout.status(fixture.app, "host-0"), for: .userWrite)
            let path = fixture.layout.status(fixture.app, "host-2")
            try files.unlink(path, for: .userWrite)
            try AtomicWrite(files, .user).create(path, with: Array("nonsense".utf8), mode: 0o644)
            let reports = try board.reports(at: fixture.now, remembering: cache)
            #expect(reports.map(\.host) == ["host-1", "host-2"])
            #expect(reports[1].unreadable != nil)
        }
    }

    @Test func whatThereIsNoTimeForComesFirstTheNextTime() async throws {
        try await withHosts(120) { fixture, board in
            let cache = StatusCache(budget: .zero, clock: SystemClock())
            let unread = try (0..<3).map { _ in
                try board.reports(at: fixture.now, remembering: cache).count { $0.unreadable != nil }
            }
            #expect(unread == [70, 20, 0])
            // Nobody vanishes for want of time, nobody is forgotten, and nobody is silent who was not asked.
            fixture.clock.advance(by: .seconds(300))
            for number in 0..<120 { try fixture.writeStatus(HostID(unchecked: "host-\(number)")) }
            var reports = try board.reports(at: fixture.now, remembering: cache)
            #expect(reports.count { $0.updated < fixture.now } == 70)
            #expect(reports.allSatisfy { $0.isThere(at: fixture.now) })
            for _ in 0..<3 { reports = try board.reports(at: fixture.now, remembering: cache) }
            #expect(reports.count == 120 && reports.allSatisfy { $0.updated == fixture.now })
        }
    }
}
