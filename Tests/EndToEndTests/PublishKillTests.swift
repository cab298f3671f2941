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

        @Test func aRollbackCanBeKilledAnywhere() async throws {
            try await withTemporaryDirectory { home in
                var volume = try await TestVolume.make(in: home)
                let first = try await volume.publish(.serving("v1"), label: "v1").release
                let second = try await volume.publish(.serving("v2"), label: "v2").release
                let clean = volume.path
                volume.path = home.appending("work")
                try copyFresh(clean, to: volume.path)
                let trace = try await effects(of: volume.rollbackArguments, home: home)
                #expect(trace.contains("fs:recordLink") && trace.contains("fs:beaconWrite"), "\(trace)")
                for point in KillSchedule(trace: trace, sample: 6).points {
                    try copyFresh(clean, to: volume.path)
                    try await kill(volume.rollbackArguments, at: point, home: home)
                    let left = try await volume.verify()
                    #expect(left.succeeded, "\(point): \(left)")
                    // Either it was recorded or it was not, and then it can be done again.
                    let target = try volume.newest().state.channels["stable"]?.target
                    #expect(target == first || target == second, "\(point)")
                    if target == second { try await volume.rollBack() }
                    let newest = try volume.newest()
                    #expect(newest.sequence == 3 && newest.state.channels["stable"]?.target == first, "\(point)")
                    try await volume.publish(.serving("v3"), label: "v3")
                    let completed = try await volume.verify()
                    #expect(completed.succeeded, "\(point), then completed: \(completed)")
                }
            }
        }

        @Test func aCollectionCanBeKilledAnywhere() async throws {
            try await withTemporaryDirectory { home in
                var volume = try await TestVolume.make(in: home)
                try await volume.publish(.serving("v1"), label: "v1")
                try await volume.publish(.serving("v2"), label: "v2")
                let clean = volume.path
                let needed = try files(below: clean)
                for number in 0..<3 as Range<UInt8> { try volume.leaveBehind(Array(repeating: number, count: 1000)) }
                volume.path = home.appending("work")
                try copyFresh(clean, to: volume.path)
                let arguments = ["collect", "--volume", volume.path.string, "--keep", "0", "--grace", "0s"]
                let trace = try await effects(of: arguments, home: home)
                #expect(trace.count >= 6, "\(trace)")
                #expect(try files(below: volume.path) == needed)
                for point in KillSchedule(trace: trace, sample: 6).points {
                    try copyFresh(clean, to: volume.path)
                    try await kill(arguments, at: point, home: home)
                    let left = try await volume.verify()
                    #expect(left.succeeded, "\(point): \(left)")
                    #expect(try files(below: volume.path).isSuperset(of: needed), "\(point)")
                    let again = try await Program.run(arguments, home: home)
                    #expect(again.succeeded, "\(point): \(again)")
                    #expect(try files(below: volume.path) == needed, "\(point)")
                }
            }
        }

        private func copyFresh(_ clean: FilePath, to path: FilePath) throws {
            try? FileManager.default.removeItem(atPath: path.string)
            try FileManager.default.copyItem(atPath: clean.string, toPath: path.string)
        }

        private func files(below path: FilePath) throws -> Set<String> {
            let files = LinuxFileSystem()
            return Set(
                try FileManager.default.subpathsOfDirectory(atPath: path.string).filter { name in
                    try files.status(path.appending(name), for: .userRead)?.kind != .directory
                })
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
