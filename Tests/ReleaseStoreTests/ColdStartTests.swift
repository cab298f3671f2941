import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// What a host that knows nothing asks of the volume until it has a verified copy: a function's cold start.
@Suite struct ColdStartTests {
    /// The calls to the volume from nothing to a verified copy, in the order and by the types in which an agent makes them.
    private func calls(after releases: Int) throws -> (calls: [FileCall], opened: [String]) {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let fixture = try VolumeFixture(in: directory.path, fileSystem: InterceptingFileSystem(syncs: false))
        for number in 1...releases { try fixture.publish("\(number)") }
        let files = InterceptingFileSystem(syncs: false)
        var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
        defer { poll.close(in: files) }
        _ = try poll.poll(in: files)
        var follower = fixture.follower()
        let result = follower.look(in: files, now: fixture.now)
        let accepted = try #require(result.accepted)
        let target = try #require(accepted.state.channels[fixture.channel]?.target)
        let store = try LocalStore.open(fixture.localLayout, in: files)
        let volume = try Volume.open(at: fixture.root, in: files)
        _ = try Materializer(from: volume, to: store).materialize(target)
        let calls = files.calls.filter { $0.path.starts(with: fixture.root) }
        let opened = calls.filter { $0.operation == .open }.map { call in
            call.path.components.dropFirst(fixture.root.components.count).map(\.string).joined(separator: "/")
        }
        return (calls, opened)
    }

    @Test func itCostsTheSameHoweverLongTheLogIs() throws {
        let (short, long) = (try calls(after: 2), try calls(after: 20))
        #expect(short.calls.map(\.operation) == long.calls.map(\.operation))
        #expect(short.calls.map(\.purpose) == long.calls.map(\.purpose))
    }

    @Test func itReadsTheBeaconOneRecordOneManifestAndTheReleasesFiles() throws {
        let (calls, opened) = try calls(after: 5)
        #expect(opened.filter { $0.contains("/log/") } == ["apps/shop/log/0000000000000005.json"])
        // The manifest, the Spin manifest and the module.
        #expect(opened.count { $0.hasPrefix("blobs/") } == 3)
        #expect(Set(opened.filter { $0.hasPrefix("blobs/") }).count == 3)
        #expect(Set(opened.filter { !$0.hasPrefix("blobs/") && !$0.contains("/log/") }) == ["volume.json", "apps/shop/head"])
        #expect(!calls.contains { $0.operation == .list })
        // So that a change here is a decision.
        #expect(opened.count == 8, "\(opened)")
        #expect(calls.count <= 44, "\(calls.count): \(calls.map { "\($0.operation) \($0.path)" })")
    }
}
