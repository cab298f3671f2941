import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage

/// A host that knows nothing, on a volume whose log has so many records: from its first look to a verified local copy.
struct ColdStartBench {
    private let count: Int
    private let directory = TemporaryDirectory()
    private let fixture: VolumeFixture

    init(records count: Int) throws {
        self.count = count
        let files = InterceptingFileSystem(syncs: false)
        fixture = try VolumeFixture(in: directory.path, fileSystem: files)
        for number in 1...count {
            try fixture.publish("\(number)")
            files.forgetCalls()
        }
    }

    func run() throws {
        defer { directory.remove() }
        var times: [Double] = []
        for _ in 0..<21 { times.append(try seconds { try start(in: LinuxFileSystem()) }) }
        let counting = InterceptingFileSystem()
        try start(in: counting)
        let calls = counting.calls.filter { $0.path.starts(with: fixture.root) }
        let median = String(times.sorted()[times.count / 2] * 1000, decimals: 2)
        print("\(count)".padded(10) + "cold start".padded(33) + median.padded(20) + "\(calls.count)")
    }

    /// As an agent does it.
    private func start(in files: any FileSystem) throws {
        let local = TemporaryDirectory()
        defer { local.remove() }
        var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
        defer { poll.close(in: files) }
        _ = try poll.poll(in: files)
        var follower = fixture.follower()
        guard let target = follower.look(in: files, now: fixture.now).accepted?.state.channels[fixture.channel]?.target else {
            preconditionFailure("a release was published")
        }
        let store = try LocalStore.open(LocalLayout(store: local.path, app: fixture.app), in: files)
        _ = try Materializer(from: Volume.open(at: fixture.root, in: files), to: store).materialize(target)
    }
}
