import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

/// Power is lost at any instant while a host materializes a release, swaps `current` and saves its record.
///
/// Laws: `current` names a whole release; the record loads, and does not go back; what was said to be done is done; doing
/// it again converges.
@Suite struct ActivateCrashTests {
    private struct Scene {
        var fixture: VolumeFixture
        var old: Digest
        var new: Digest
        var disk: SimulatedFileSystem

        init() throws {
            let disk = SimulatedFileSystem()
            fixture = try VolumeFixture(in: "/", fileSystem: disk)
            old = try fixture.publish("1.0").release
            new = try fixture.publish("2.0").release
            self.disk = disk
            guard try activate(old, decision: 1, on: disk, done: { _ in }) else { throw Unexpected("it was not activated") }
        }

        /// What an agent does, without backends. `done` is told after each step.
        @discardableResult
        func activate(
            _ release: Digest, decision: UInt64, on disk: SimulatedFileSystem, done: (Int) -> Void
        ) throws -> Bool {
            let store = try LocalStore.open(fixture.localLayout, in: disk)
            let lock = try StoreLock.take(fixture.localLayout, in: disk)
            defer { lock.release(in: disk) }
            try store.sweep()
            let file = HostRecordFile(store)
            var record = HostRecord(app: fixture.app)
            switch try file.load() {
            case .absent: break
            case .record(let found): record = found
            case .setAside(let warning): throw Unexpected(warning)
            }
            let target = Target(release: release, decision: decision)
            record.attempt = Attempt(target: target, since: fixture.now)
            try file.save(record)
            done(1)
            let volume = try Volume.open(at: fixture.root, in: disk)
            let local = try Materializer(from: volume, to: store, rewrite: Self.rewrite).materialize(release)
            done(2)
            try CurrentLink(store).swap(to: local.id)
            done(3)
            record.serving = target
            record.attempt = nil
            try file.save(record)
            done(4)
            return true
        }

        static let rewrite = EntryRewrite { (original, _, id) throws(ContentError) in original + Array("# \(id)\n".utf8) }

        func violation(_ left: SimulatedFileSystem, _ progress: Int, retries: Bool) throws -> String? {
            let store = LocalStore(layout: fixture.localLayout, fileSystem: left)
            guard let current = try CurrentLink(store).read() else { return "current is gone" }
            guard current == old || current == new else { return "current names something else" }
            _ = try LocalRelease.verify(current, in: store, rewrite: Self.rewrite)
            guard let record = try HostRecordFile(store).read() else { return "the record is gone" }
            guard let serving = record.serving else { return "the record forgot what serves" }
            _ = try LocalRelease.verify(serving.release, in: store, rewrite: Self.rewrite)
            if progress >= 1, record.attempt?.target.release != new, serving.release != new { return "the record went back" }
            if progress >= 2 { _ = try LocalRelease.verify(new, in: store, rewrite: Self.rewrite) }
            if progress >= 3, current != new { return "the swap is gone" }
            if progress >= 4, serving.release != new || record.attempt != nil { return "the last record is gone" }
            guard retries else { return nil }
            try activate(new, decision: 2, on: left, done: { _ in })
            guard try CurrentLink(store).read() == new else { return "it did not converge" }
            let report = try LocalVerifier(fixture.localLayout, rewrite: Self.rewrite, in: left).verify()
            return report.findings.isEmpty ? nil : "afterwards: \(report.findings)"
        }
    }

    private static func matrix(omission: CrashMatrix.Omission? = nil) throws -> CrashMatrix {
        let scene = try Scene()
        return CrashMatrix(
            baseline: scene.disk.copy(), omission: omission,
            run: { disk in
                var progress = 0
                _ = try? scene.activate(scene.new, decision: 2, on: disk, done: { progress = $0 })
                return progress
            },
            violation: { left, progress, retries in
                do {
                    return try scene.violation(left, progress, retries: retries)
                } catch {
                    return "\(error)"
                }
            })
    }

    @Test func noPowerLossLeavesAHostWithoutAWholeRelease() throws {
        let outcome = try Self.matrix().outcome()
        #expect(
            outcome.violations.isEmpty, "\(outcome.violations.count) of \(outcome.crashes): \(outcome.violations.prefix(3))")
        #expect(outcome.points > 20)
        print("activate: \(outcome.points) points, \(outcome.crashes) crashes, 0 violations")
    }

    @Test(arguments: [
        CrashMatrix.Omission(purpose: .materializeSync, operation: .sync),
        CrashMatrix.Omission(purpose: .materializeSync, operation: .syncDirectory),
        CrashMatrix.Omission(purpose: .hostRecordSync, operation: .sync),
        CrashMatrix.Omission(purpose: .hostRecordSync, operation: .syncDirectory),
        CrashMatrix.Omission(purpose: .currentSync, operation: .syncDirectory),
    ]) func anySyncThatIsLeftOutIsNoticed(_ omission: CrashMatrix.Omission) throws {
        let outcome = try Self.matrix(omission: omission).outcome()
        #expect(!outcome.violations.isEmpty)
        print("activate without \(omission.testDescription): \(outcome.violations.count) of \(outcome.crashes) violate")
    }
}
