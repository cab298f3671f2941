import FoundationEssentials
import RolloutCore
import RolloutSystem
import RolloutTesting
import SystemPackage
import Testing

extension EndToEnd {
    /// A publisher that is killed at any effect: what it leaves verifies, and doing it again completes it.
    @Suite struct PublishKillTests {
        @Test func initCanBeKilledAnywhere() async throws {
            try await withTemporaryDirectory { home in
                let arguments = ["init", home.appending("volume").string]
                func empty() throws {
                    try? FileManager.default.removeItem(atPath: home.appending("volume").string)
                    try FileManager.default.createDirectory(
                        atPath: home.appending("volume").string, withIntermediateDirectories: true)
                }
                try empty()
                let trace = try await effects(of: arguments, home: home)
                #expect(trace.count > 5, "\(trace)")
                for point in KillSchedule(trace: trace, sample: 4).points {
                    try empty()
                    try await kill(arguments, at: point, home: home)
                    let again = try await Program.run(arguments, home: home)
                    #expect(again.succeeded, "\(point): \(again)")
                    let verified = try await Program.run(["verify", "--volume", home.appending("volume").string], home: home)
                    #expect(verified.succeeded, "\(point): \(verified)")
                }
            }
        }

        @Test(arguments: [true, false]) func aPublishCanBeKilledAnywhere(isFirst: Bool) async throws {
            try await withTemporaryDirectory { home in
                var volume = try await TestVolume.make(in: home)
                if !isFirst { try await volume.publish(.serving("v1"), label: "v1") }
                let clean = volume.path
                let source = try volume.artifact(.serving("v2") { $0.paddedTo = 300_000 }, label: "v2")
                func reset() throws {
                    volume.path = home.appending("work")
                    try? FileManager.default.removeItem(atPath: volume.path.string)
                    try FileManager.default.copyItem(atPath: clean.string, toPath: volume.path.string)
                }
                try reset()
                let arguments = volume.publishArguments(source: source, label: "v2")
                let trace = try await effects(of: arguments, home: home)
                #expect(trace.contains("fs:recordLink") && trace.contains("fs:beaconWrite"), "\(trace)")
                for point in KillSchedule(trace: trace, sample: 6).points {
                    try reset()
                    try await kill(arguments, at: point, home: home)
                    try await check(volume, after: point, source: source)
                }
            }
        }

        private func check(_ volume: TestVolume, after point: KillSchedule.Point, source: FilePath) async throws {
            let left = try await volume.verify()
            #expect(left.succeeded, "\(point): \(left)")
            let published = try await volume.publish(source: source, label: "v2")
            let completed = try await volume.verify()
            #expect(completed.succeeded, "\(point), then published: \(completed)")
            let log = try await Program.succeed(
                ["log", "--app", volume.app, "--volume", volume.path.string], home: volume.home)
            #expect(log.contains(published.release.short), "\(point): \(log)")
        }

        // MARK: Killing

        private func effects(of arguments: [String], home: FilePath) async throws -> [String] {
            let trace = home.appending("trace")
            let outcome = try await Program.run(arguments, home: home, adding: ["WASMROLLOUT_KILL_TRACE": trace.string])
            #expect(outcome.succeeded, "\(outcome)")
            let bytes = try LinuxFileSystem().readAll(trace, limit: 1 << 20, for: .userRead)
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }

        private func kill(_ arguments: [String], at point: KillSchedule.Point, home: FilePath) async throws {
            let outcome = try await Program.run(arguments, home: home, adding: ["WASMROLLOUT_KILL_AT": point.argument])
            #expect(outcome.status == .signaled(9), "\(point): \(outcome)")
        }
    }
}
