import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@Suite struct TwoPublishersTests {
    @Test func fourPublishersAtOnceAllSucceedInAnOrder() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let each = 50
            let publishers = 4
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<publishers {
                    group.addTask {
                        let publisher = fixture.publisher(who: "publisher \(number)")
                        for count in 0..<each {
                            let release = Digest(of: [UInt8(number), UInt8(count)])
                            _ = try publisher.operate(
                                .release(channel: fixture.channel, release: release, waves: [.everyone]),
                                message: "\(number)/\(count)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let log = ReleaseLog(volume: try fixture.volume(), app: fixture.app, policy: fixture.policy)
            #expect(try log.listSequences() == Array(1...UInt64(each * publishers)))
            var messages: [String: Int] = [:]
            for sequence in try log.listSequences() {
                messages[try #require(try log.read(sequence)).record.message, default: 0] += 1
            }
            #expect(messages.count == each * publishers)
            // Each one's own are in the order in which it made them, none twice.
            #expect(messages.values.allSatisfy { $0 == 1 })
            #expect(try log.beacon()?.sequence == UInt64(each * publishers))
            let report = try VolumeVerifier(fixture.volume(), policy: fixture.policy).verify(now: fixture.now)
            #expect(report.findings.filter { $0.path.contains("/log/") || $0.path.hasSuffix("/head") }.isEmpty)
            #expect(try fixture.fileSystem.list(fixture.layout.temporary, limit: 10, for: .volumeRead) == [])
        }
    }

    @Test func whatBecameIllegalThroughTheFasterOneSaysSo() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let faster = fixture.publisher(who: "faster")
            let isDone = Mutex(false)
            // The slower one has decided to hold, and is about to write; the faster one holds first.
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.operation == .link, call.purpose == .recordLink else { return }
                let isFirst = isDone.withLock { done in
                    defer { done = true }
                    return !done
                }
                if isFirst { _ = try? faster.operate(.hold(channel: fixture.channel), message: "") }
            })
            let error = #expect(throws: StoreError.self) {
                try fixture.publisher(fileSystem: files).operate(.hold(channel: fixture.channel), message: "")
            }
            #expect(error?.code == .illegalStep)
            #expect(error?.description.contains("is held already") == true)
        }
    }

    @Test func aLinkWhoseReplyWasLostIsRecognizedAsOwn() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            for code in [FileError.Code.exists, .other, .timedOut, .stale] {
                let files = InterceptingFileSystem(after: { (call) throws(FileError) in
                    guard call.operation == .link, call.purpose == .recordLink else { return }
                    throw FileError(code: code, errno: 5, operation: .link, path: call.path, purpose: call.purpose)
                })
                let before =
                    try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).newest()?.record.sequence ?? 0
                let release = Digest(of: [UInt8(before)])
                let appended = try fixture.publisher(fileSystem: files)
                    .operate(.release(channel: fixture.channel, release: release, waves: [.everyone]), message: "\(before)")
                #expect(appended.record.sequence == before + 1)
                let log = ReleaseLog(volume: try fixture.volume(), app: fixture.app, policy: nil)
                #expect(try log.newest()?.record.sequence == before + 1)
                #expect(try fixture.fileSystem.list(fixture.layout.temporary, limit: 10, for: .volumeRead) == [])
            }
        }
    }

    @Test func aPublisherThatIsKilledBeforeTheBeaconOnlyDelaysItsRecord() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.purpose == .beaconWrite else { return }
                throw FileError(code: .other, errno: 5, operation: call.operation, path: call.path, purpose: call.purpose)
            })
            let appended = try fixture.publisher(fileSystem: files).operate(.hold(channel: fixture.channel), message: "")
            #expect(appended.warnings.count == 1)
            var follower = fixture.follower()
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 2)
            _ = try fixture.publisher().operate(.resume(channel: fixture.channel), message: "")
            #expect(try ReleaseLog(volume: fixture.volume(), app: fixture.app, policy: nil).beacon()?.sequence == 3)
        }
    }

    @Test func theSlowerOneLeavesTheBeaconAtTheNewestRecord() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let faster = fixture.publisher(who: "faster")
            let isFirst = Mutex(true)
            // The slower one knows which record is the newest, and is about to say so; the faster one writes another and says so first.
            let files = InterceptingFileSystem(before: { (call) throws(FileError) in
                guard call.purpose == .beaconWrite else { return }
                let overtakes = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if overtakes { _ = try? faster.operate(.resume(channel: fixture.channel), message: "") }
            })
            let slower = try fixture.publisher(fileSystem: files).operate(.hold(channel: fixture.channel), message: "")
            #expect(slower.record.sequence == 2)
            let log = ReleaseLog(volume: try fixture.volume(), app: fixture.app, policy: nil)
            #expect(try log.newest()?.record.sequence == 3)
            #expect(try log.beacon()?.sequence == 3)
        }
    }
}
