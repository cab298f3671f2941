#if DEBUG
    import FoundationEssentials
    import RolloutCore
    import RolloutSystem
    import RolloutTesting
    import SystemPackage
    import Testing

    extension EndToEnd {
        /// A volume whose server goes away at any call of any command: the command ends, says why, and what it left verifies.
        @Suite struct HangTests {
            struct Command: Sendable, CustomTestStringConvertible {
                var testDescription: String
                var arguments: @Sendable (TestVolume) -> [String]

                init(_ words: String...) {
                    testDescription = words.joined(separator: " ")
                    arguments = { words + ["--volume", $0.path.string] }
                }

                init(_ name: String, _ arguments: @escaping @Sendable (TestVolume) -> [String]) {
                    testDescription = name
                    self.arguments = arguments
                }
            }

            static let commands = [
                Command("init") { ["init", $0.home.appending("empty").string] },
                Command("publish") { $0.publishArguments(source: $0.home.appending("v3.wasm"), label: "v3") },
                Command("rollback") { $0.rollbackArguments },
                Command("status"), Command("status", "--at", "2100-01-01"), Command("log", "--app", "hello"),
                Command("events"), Command("show", "v1"), Command("verify"), Command("collect", "--keep", "0", "--grace", "0s"),
            ]

            @Test(.timeLimit(.minutes(20)), arguments: commands)
            func noCommandWaitsForGood(_ command: Command) async throws {
                try await withTemporaryDirectory { home in
                    var volume = try await TestVolume.make(in: home)
                    try await volume.publish(.serving("v1"), label: "v1")
                    try await volume.publish(.serving("v2"), label: "v2")
                    try volume.leaveBehind([1, 2, 3])
                    _ = try volume.artifact(.serving("v3"), label: "v3")
                    let clean = volume.path
                    volume.path = home.appending("work")
                    let arguments = command.arguments(volume)
                    try reset(volume, from: clean)
                    let calls = try await calls(of: arguments, home: home)
                    #expect(calls.count > 5, "\(calls)")
                    for number in sample(calls) {
                        try reset(volume, from: clean)
                        let ended = try await Program.run(
                            arguments + ["--deadline", "300ms"], home: home, adding: ["WASMROLLOUT_HANG_AT": "\(number)"])
                        let place = "\(command.testDescription), call \(number), \(calls[number - 1]): \(ended)"
                        #expect(ended.status == .exited(69), "\(place)")
                        #expect(ended.errors.contains("it did not answer within 300ms"), "\(place)")
                        let left = try await volume.verify()
                        #expect(left.succeeded, "\(place)\n\(left)")
                    }
                }
            }

            @Test func whoMayHaveWrittenARecordIsToldToLook() async throws {
                try await withTemporaryDirectory { home in
                    var volume = try await TestVolume.make(in: home)
                    let source = try volume.artifact(.serving("v1"), label: "v1")
                    let clean = volume.path
                    volume.path = home.appending("work")
                    let arguments = volume.publishArguments(source: source, label: "v1")
                    try reset(volume, from: clean)
                    let calls = try await calls(of: arguments, home: home)
                    let link = try #require(calls.firstIndex(of: "link recordLink"))
                    for (number, isWritten) in [(link, false), (link + 2, true)] {
                        try reset(volume, from: clean)
                        let ended = try await Program.run(
                            arguments + ["--deadline", "300ms"], home: home, adding: ["WASMROLLOUT_HANG_AT": "\(number)"])
                        #expect(ended.errors.contains("see `wasmrollout log`") == isWritten, "\(ended)")
                        #expect(((try? volume.newest()) != nil) == isWritten)
                    }
                }
            }

            /// `work` is a fresh copy, `empty` an empty directory.
            private func reset(_ volume: TestVolume, from clean: FilePath) throws {
                try? FileManager.default.removeItem(atPath: volume.path.string)
                try FileManager.default.copyItem(atPath: clean.string, toPath: volume.path.string)
                let empty = volume.home.appending("empty").string
                try? FileManager.default.removeItem(atPath: empty)
                try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
            }

            private func calls(of arguments: [String], home: FilePath) async throws -> [String] {
                let trace = home.appending("trace")
                let outcome = try await Program.run(arguments, home: home, adding: ["WASMROLLOUT_HANG_TRACE": trace.string])
                #expect(outcome.succeeded, "\(outcome)")
                let bytes = try LinuxFileSystem().readAll(trace, limit: 1 << 20, for: .userRead)
                return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            }

            /// Numbers of calls: all of them in torture, else a few, drawn by a seed that is printed.
            private func sample(_ calls: [String]) -> [Int] {
                let all = Array(1...calls.count)
                guard HostVariable.read("WASMROLLOUT_TORTURE") == nil else { return all }
                let seed = HostVariable.read("WASMROLLOUT_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
                var random = SeededRandom(seed: seed)
                print("hang matrix: 3 of \(all.count) calls, WASMROLLOUT_SEED=\(seed)")
                return all.shuffled(using: &random).prefix(3).sorted()
            }
        }
    }
#endif
