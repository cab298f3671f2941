import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Publisher and host on two NFS clients, each of which believes what it saw last for as long as it may: in the simulation
/// for ever, so that what works here does not wait for a cache to run out.
@Suite struct StaleClientTests {
    private func withClients(_ body: (_ publishing: VolumeFixture, _ host: SimulatedFileSystem) throws -> Void) throws {
        let volume = SimulatedVolume()
        let publishing = try VolumeFixture(in: "/", fileSystem: volume.makeClient())
        try body(publishing, volume.makeClient())
    }

    @Test func everyRecordIsSeenAtThePollAfterIt() throws {
        try withClients { publishing, host in
            var poll = HeadPoll(layout: publishing.layout, app: publishing.app)
            var follower = publishing.follower()
            #expect(try poll.poll(in: host) == .absent)
            #expect(follower.look(in: host, now: publishing.now).accepted == nil)
            for number in 1...5 {
                let outcome = try publishing.publish("\(number)")
                guard case .changed(let beacon) = try poll.poll(in: host) else {
                    throw Unexpected("release \(number) was not seen")
                }
                #expect(beacon?.sequence == UInt64(number))
                let look = follower.look(in: host, now: publishing.now)
                #expect(look.isCurrent && look.accepted?.sequence == UInt64(number))
                let store = try LocalStore.open(publishing.localLayout, in: SimulatedFileSystem())
                let local = try Materializer(from: Volume.open(at: publishing.root, in: host), to: store).materialize(
                    outcome.release)
                #expect(local.manifest.version == "\(number)")
                #expect(try poll.poll(in: host) == .unchanged)
            }
        }
    }

    @Test func aBlobThatWasMissedIsFoundOnceItIsPublishedAgain() throws {
        try withClients { publishing, host in
            let release = try publishing.publish("1").release
            try publishing.fileSystem.unlink(publishing.layout.blob(release), for: .blobCollect)
            let store = try LocalStore.open(publishing.localLayout, in: SimulatedFileSystem())
            let materializer = try Materializer(from: Volume.open(at: publishing.root, in: host), to: store)
            let error = #expect(throws: StoreError.self) { try materializer.materialize(release) }
            #expect(error?.code == .missing(release))
            try publishing.publish("1")
            #expect(try materializer.materialize(release).id == release)
        }
    }

    @Test func withoutABeaconTheNextLookSeesTheRecord() throws {
        try withClients { publishing, host in
            try publishing.publish("1")
            var follower = publishing.follower()
            #expect(follower.look(in: host, now: publishing.now).accepted?.sequence == 1)
            guard let client = publishing.fileSystem as? SimulatedFileSystem else { throw Unexpected("it is not simulated") }
            for number in 2...4 {
                client.inject(.fail(.other), at: .purpose(.beaconWrite))
                try publishing.publish("\(number)")
                #expect(follower.look(in: host, now: publishing.now).accepted?.sequence == UInt64(number))
            }
        }
    }

    @Test func publishersOnTwoClientsTakeTurns() throws {
        try withClients { first, client in
            let second = first.publisher(who: "second", fileSystem: client)
            for number in 0..<6 {
                let release = Digest(of: [UInt8(number)])
                let publisher = number % 2 == 0 ? first.publisher() : second
                let appended = try publisher.operate(
                    .release(channel: first.channel, release: release, waves: [.everyone]), message: "")
                #expect(appended.record.sequence == UInt64(number + 1))
                #expect(appended.warnings.isEmpty)
            }
        }
    }

    @Test func aStatusThatIsRewrittenIsReadFresh() throws {
        try withClients { publishing, host in
            try publishing.publish("1")
            let path = publishing.layout.status(publishing.app, "a")
            for number in 1...4 {
                var status = publishing.status("a")
                status.acceptedSequence = UInt64(number)
                try StatusFile(path: path).write(status, in: publishing.fileSystem)
                #expect(try StatusFile(path: path).read(in: host)?.acceptedSequence == UInt64(number))
            }
        }
    }
}
