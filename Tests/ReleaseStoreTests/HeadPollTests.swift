import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct HeadPollTests {
    @Test func anIdlePollAsksTheServerOnceAndDoesNothingElse() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let files = InterceptingFileSystem()
            var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
            defer { poll.close(in: files) }
            guard case .changed(let beacon) = try poll.poll(in: files) else { throw Unexpected("the first poll saw nothing") }
            #expect(beacon?.sequence == 1)
            // The one after a change reads once more, for writes within one tick of the clock.
            #expect(try poll.poll(in: files) == .unchanged)
            for _ in 0..<10 {
                files.forgetCalls()
                #expect(try poll.poll(in: files) == .unchanged)
                #expect(files.calls.count == 1)
                #expect(files.calls.first?.operation == .status)
                #expect(files.calls.first?.forceSync == true)
                #expect(files.calls.first?.purpose == .beaconPoll)
            }
        }
    }

    @Test func aPublishedRecordIsSeenAtTheNextPoll() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
            defer { poll.close(in: fixture.fileSystem) }
            #expect(try poll.poll(in: fixture.fileSystem) == .absent)
            for version in 1...20 {
                try fixture.publish("\(version)")
                guard case .changed(let beacon) = try poll.poll(in: fixture.fileSystem) else {
                    throw Unexpected("release \(version) was not seen")
                }
                #expect(beacon?.sequence == UInt64(version))
            }
        }
    }

    @Test func aBeaconThatIsReplacedOrRemovedIsNoticed() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
            defer { poll.close(in: fixture.fileSystem) }
            _ = try poll.poll(in: fixture.fileSystem)
            let beacon = Beacon(sequence: 7, digest: Digest(of: []))
            try beacon.writeForTest(fixture)
            #expect(try poll.poll(in: fixture.fileSystem) == .changed(beacon))
            try fixture.fileSystem.unlink(fixture.layout.head(fixture.app), for: .userWrite)
            #expect(try poll.poll(in: fixture.fileSystem) == .absent)
        }
    }

    @Test func anErrorIsThrownAndTheNextPollStartsAnew() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let broken = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.purpose == .beaconPoll, call.operation == .status else { return }
                throw FileError(code: .other, errno: 5, operation: .status, path: call.path, purpose: call.purpose)
            })
            var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
            defer { poll.close(in: fixture.fileSystem) }
            _ = try poll.poll(in: fixture.fileSystem)
            #expect(throws: FileError.self) { try poll.poll(in: broken) }
            guard case .changed = try poll.poll(in: fixture.fileSystem) else { throw Unexpected("it did not look again") }
        }
    }

    @Test func aStaleDescriptorIsOpenedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let stale = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.operation == .status, call.forceSync, call.path.string.hasSuffix("/head") else { return }
                throw FileError(code: .stale, errno: 116, operation: .status, path: call.path, purpose: call.purpose)
            })
            var poll = HeadPoll(layout: fixture.layout, app: fixture.app)
            defer { poll.close(in: fixture.fileSystem) }
            _ = try poll.poll(in: fixture.fileSystem)
            stale.forgetCalls()
            _ = try? poll.poll(in: stale)
            #expect(stale.calls.contains { $0.operation == .open && $0.path.string.hasSuffix("/head") })
        }
    }
}
