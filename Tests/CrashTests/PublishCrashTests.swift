import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

/// Power is lost at any instant while a release is published to a volume on a local disk.
///
/// Laws: the volume verifies; what publishing said was done is there; publishing again completes it.
@Suite struct PublishCrashTests {
    /// A volume, and the release to publish on it.
    private static func baseline(_ published: [String]) throws -> VolumeFixture {
        let fixture = try VolumeFixture(in: "/", fileSystem: SimulatedFileSystem())
        for version in published { try fixture.publish(version) }
        return fixture
    }

    private static func matrix(_ published: [String], omission: CrashMatrix.Omission? = nil) throws -> CrashMatrix {
        let fixture = try baseline(published)
        guard let disk = fixture.fileSystem as? SimulatedFileSystem else { throw Unexpected("it is not simulated") }
        let sequence = UInt64(published.count) + 1
        return CrashMatrix(
            baseline: disk.copy(), omission: omission,
            run: { disk in
                (try? fixture.publisher(fileSystem: disk).publish(
                    fixture.release("next"), channel: fixture.channel, message: ""))
                    == nil ? 0 : 1
            },
            violation: { left, progress, retries in
                do {
                    return try violation(fixture, left, sequence, isDone: progress == 1, retries: retries)
                } catch {
                    return "\(error)"
                }
            })
    }

    private static func violation(
        _ fixture: VolumeFixture, _ left: SimulatedFileSystem, _ sequence: UInt64, isDone: Bool, retries: Bool
    ) throws -> String? {
        let volume = try Volume.open(at: fixture.root, in: left)
        let report = try VolumeVerifier(volume, policy: fixture.policy).verify(now: fixture.now)
        // A damaged blob is wrong whether a record names it or not; a torn beacon is what its checksum is for.
        if let bad = report.findings.first(where: { $0.severity == .error || $0.path.hasPrefix("blobs") }) {
            return "\(bad.path) \(bad.words)"
        }
        if isDone, report.records < sequence { return "a record that was acknowledged is gone" }
        guard retries else { return nil }
        let again = try fixture.publisher(fileSystem: left).publish(
            fixture.release("next"), channel: fixture.channel, message: "")
        var follower = fixture.follower()
        let look = follower.look(in: left, now: fixture.now)
        guard look.isCurrent, look.accepted?.state.channels[fixture.channel]?.target == again.release else {
            return "publishing again did not converge: \(look)"
        }
        let after = try VolumeVerifier(volume, policy: fixture.policy).verify(now: fixture.now)
        return after.isGood ? nil : "after publishing again: \(after.findings)"
    }

    @Test(arguments: [[], ["1.0"], ["1.0", "next"]] as [[String]])
    func noPowerLossLeavesAVolumeThatDoesNotVerify(_ published: [String]) throws {
        let outcome = try Self.matrix(published).outcome()
        #expect(
            outcome.violations.isEmpty, "\(outcome.violations.count) of \(outcome.crashes): \(outcome.violations.prefix(3))")
        #expect(outcome.points > 10)
        print("publish after \(published.count): \(outcome.points) points, \(outcome.crashes) crashes, 0 violations")
    }

    @Test(arguments: [
        CrashMatrix.Omission(purpose: .blobSync, operation: .sync),
        CrashMatrix.Omission(purpose: .blobSync, operation: .syncDirectory),
        CrashMatrix.Omission(purpose: .blobPublish, operation: .syncDirectory),
        CrashMatrix.Omission(purpose: .recordSync, operation: .sync),
        CrashMatrix.Omission(purpose: .recordSync, operation: .syncDirectory),
        CrashMatrix.Omission(purpose: .volumeCreate, operation: .syncDirectory),
    ]) func anySyncThatIsLeftOutIsNoticed(_ omission: CrashMatrix.Omission) throws {
        let outcome = try Self.matrix([], omission: omission).outcome()
        #expect(!outcome.violations.isEmpty)
        print("publish without \(omission.testDescription): \(outcome.violations.count) of \(outcome.crashes) violate")
    }

    /// Publisher and host on one disk: the host sees a record before its name is durable. What it accepted must not be gone.
    @Test(arguments: [false, true]) func aRecordThatAHostAcceptedSurvives(_ withoutSync: Bool) throws {
        let fixture = try Self.baseline(["1.0"])
        guard let disk = fixture.fileSystem as? SimulatedFileSystem else { throw Unexpected("it is not simulated") }
        if withoutSync { disk.ignoreSyncs(for: .recordRead, .syncDirectory) }
        let lost = Mutex<[UInt64]?>(nil)
        disk.inject(
            .run {
                var follower = fixture.follower()
                guard follower.look(in: disk, now: fixture.now).accepted?.sequence == 2 else { return }
                let path = fixture.layout.record(fixture.app, 2)
                let gone = (0..<32).filter { seed in
                    (try? disk.afterCrash(seed: seed).status(path, for: .userRead)) == .some(nil)
                }
                lost.withLock { $0 = gone }
            }, at: .purpose(.recordCleanUp, .unlink))
        try fixture.publish("2.0")
        let gone = try #require(lost.withLock { $0 })
        #expect(gone.isEmpty == !withoutSync)
    }
}

struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
