import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

@Suite struct CoordinationTests {
    static let plan: RolloutPlan = {
        let waves = [100_000, 500_000].compactMap { WaveSize(millionths: $0) } + [.everyone]
        return RolloutPlan(waves.map { Wave($0, bake: .seconds(10)) })
    }()

    @Test func aVolumeKeepsToTheContract() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.release("1.0", "2.0", plan: Self.plan)
            let contract = CoordinationContract(
                first: fixture.coordination(), second: fixture.coordination(), report: { try fixture.writeStatus($0) })
            #expect(try contract.violation() == nil)
        }
    }

    /// Two hosts' mounts of one volume, each believing what it believes.
    @Test func aVolumeSeenByTwoClientsKeepsToTheContract() async throws {
        try await withTemporaryDirectory { _ in
            let volume = SimulatedVolume()
            let (first, second) = (volume.makeClient(), volume.makeClient())
            let directory = FilePath("/")
            let fixture = try VolumeFixture(in: directory, fileSystem: first)
            try fixture.release("1.0", "2.0", plan: Self.plan)
            let contract = CoordinationContract(
                first: fixture.coordination(), second: fixture.coordination(on: second),
                report: { try fixture.writeStatus($0) })
            #expect(try contract.violation() == nil)
        }
    }

    @Test func theSimulatedPlaceKeepsToTheContract() throws {
        let clock = FakeClock()
        let place = SimulatedCoordination(clock: clock)
        try place.order(.release(channel: "stable", release: Digest(of: [1]), plan: .allAtOnce))
        try place.order(.release(channel: "stable", release: Digest(of: [2]), plan: Self.plan))
        let contract = CoordinationContract(first: place, second: place) { host in
            let now = Instant(milliseconds: clock.wallMilliseconds)
            place.report(HostReport(host: host, app: "shop", channel: "stable", updated: now))
        }
        #expect(try contract.violation() == nil)
    }

    @Test func aKeyThatMayOnlyCoordinateMovesARolloutOnAndDoesNothingElse() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.release("1.0", "2.0", plan: Self.plan)
            let key = VolumeFixture.key(7)
            var policy = fixture.policy
            policy.keys.append(TrustedKey(publicKey: key.publicKey, name: "coordinator", roles: [.coordinate]))
            let place = VolumeCoordination(fixture.publisher(keys: [key], policy: policy))
            let head = try #require(try place.head())
            let rollout = try #require(head.state.channels["stable"])
            let forbidden: [Change] = [
                .promote(channel: "stable"), .hold(channel: "stable"),
                .freeze(channel: "stable", windows: [.daily(from: 0, until: 1)]),
                .release(channel: "stable", release: Digest(of: [9]), plan: .allAtOnce),
                .pin(host: "a", release: rollout.target), .quarantine(release: rollout.promoted[0]),
            ]
            for change in forbidden {
                #expect(throws: CoordinationError.self) { try place.append(change, after: head, message: "") }
            }
            #expect(try place.append(.openWave(channel: "stable", wave: 1), after: head, message: "") == .appended(3))
            let next = try #require(try place.head())
            #expect(try place.append(.quarantine(release: rollout.target), after: next, message: "") == .appended(4))
            // A host with this policy follows; one that does not know the key stays where it was.
            var follower = fixture.follower(policy: .some(policy))
            #expect(follower.look(in: fixture.fileSystem, now: fixture.now).accepted?.sequence == 4)
            var stranger = fixture.follower()
            let result = stranger.look(in: fixture.fileSystem, now: fixture.now)
            #expect(result.refusal != nil || result.accepted?.sequence != 4)
        }
    }

    @Test func aDamagedLeaseIsAnybodys() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let path = fixture.layout.lease(fixture.app)
            try AtomicWrite(fixture.fileSystem, .user).create(path, with: Array("nonsense".utf8), mode: 0o644)
            #expect(try fixture.coordination().lease() == nil)
            // Whole, and not a lease.
            try fixture.fileSystem.unlink(path, for: .userWrite)
            try fixture.writeInPlace(Array(#"{"holder":1}"#.utf8), kind: "lease", size: LeaseFile.fileSize, to: path)
            #expect(try fixture.coordination().lease() == nil)
        }
    }

    @Test func settingsNamePlans() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            let volume = try fixture.volume()
            #expect(try VolumeSettings.load(volume).plan("careful") == .careful)
            let text = #"{"format":1,"plans":{"night":{"waves":"1,az=a:50%!,100%","bake":"5m","max-failures":2}}}"#
            try AtomicWrite(fixture.fileSystem, .user).create(volume.layout.settings, with: Array(text.utf8), mode: 0o644)
            let plan = try #require(try VolumeSettings.load(volume).plan("night"))
            #expect(
                plan.waves.count == 3 && plan.waves[1].needsApproval && plan.bakes == [.seconds(300)] && plan.maxFailures == 2)
            #expect(try VolumeSettings.load(volume).planNames == ["all-at-once", "careful", "night"])
        }
    }

    @Test func aReleaseThatAsksForMoreIsRefusedUnlessItsFirstWaveIsApproved() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            var more = fixture.release("2.0")
            more.manifest.capabilities = Capabilities(outboundHosts: ["https://example.com"])
            let publisher = fixture.publisher()
            #expect(throws: StoreError.self) {
                try publisher.publish(more, channel: "stable", newCapabilities: .refused, message: "")
            }
            let approved = PlanTemplate(waves: try #require(WaveGoal.list("100%!")))
            _ = try publisher.publish(
                more, channel: "stable", plan: .template(approved), newCapabilities: .refused, message: "")
            let head = try #require(try fixture.coordination().head())
            #expect(head.state.channels["stable"]?.rollout?.openWave == nil)
            // Publishing it once more compares with what was promoted, not with what waits.
            more.manifest.version = "2.1"
            #expect(throws: StoreError.self) {
                try publisher.publish(more, channel: "stable", newCapabilities: .refused, message: "")
            }
        }
    }
}

extension VolumeFixture {
    fileprivate func coordination(on fileSystem: (any FileSystem)? = nil) -> VolumeCoordination {
        VolumeCoordination(publisher(fileSystem: fileSystem))
    }

    /// Two releases: one for everyone, one in waves.
    fileprivate func release(_ first: String, _ second: String, plan: RolloutPlan) throws(StoreError) {
        try publish(first)
        _ = try publisher().publish(release(second), channel: channel, plan: .exact(plan), message: "")
    }
}
