import Foundation
import RolloutCore
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutAgent

@Suite(.serialized) struct StrategyTests {
    @Test func restartStopsTheOldReleaseBeforeItStartsTheNewOne() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].strategy = .restart }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let second = try bed.publish(.serving("two"))
                #expect(await eventually { app.isSettled(on: second) })
                #expect(try bed.current() == second)
            }
        }
    }

    @Test func restartBringsTheOldReleaseBackWhenTheNewOneDoesNotStart() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].strategy = .restart }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let bad = try bed.publish(.serving { $0.exitAtStart = 1 })
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                #expect(await eventually { app.isSettled(on: first) })
                #expect(try bed.current() == first)
            }
        }
    }

    @Test func aCommandIsRunOnceCurrentIsSwapped() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let seen = directory.appending("seen")
            let first = try bed.publish(.serving("one"))
            let script = "readlink \(bed.currentPath) >> \(seen); echo $WASMROLLOUT_RELEASE >> \(seen)"
            try await bed.run({ $0.apps[0].strategy = .command(["sh", "-c", script]) }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let lines = try String(contentsOfFile: seen.string, encoding: .utf8).split(separator: "\n").map(String.init)
                #expect(lines == ["releases/\(first.hex)", first.hex])
            }
        }
    }

    @Test func aCommandThatFailsGetsCurrentSwappedBack() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            // Fails for every release but the first.
            let script = "test $WASMROLLOUT_RELEASE = \(first.hex)"
            try await bed.run({ $0.apps[0].strategy = .command(["sh", "-c", script]) }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let bad = try bed.publish(.serving("two"))
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                #expect(await eventually { app.isSettled(on: first) })
                #expect(try bed.current() == first)
            }
        }
    }

    /// Clients get what such an application answers all the while, so errors do not have the time that silence has.
    @Test func anApplicationThatAnswersErrorsGetsCurrentSwappedBackAtOnceAndIsLeftAlone() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let first = try bed.publish(.serving("one"))
            let link = bed.currentPath.string
            // As an application does that takes up what `current` names. Notes each release once for every time it takes it up.
            let seen = Mutex<[String]>([])
            let server = RawBackend.http { _ in
                let named = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? ""
                seen.withLock { if $0.last != named { $0.append(named) } }
                return named.hasSuffix(first.hex)
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                    : "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
            }
            defer { server.stop() }
            let change: (inout AgentConfiguration) -> Void = {
                $0.apps[0].strategy = .command(["true"])
                $0.apps[0].attempts = 1
                $0.apps[0].probe.address = ListenAddress(host: "127.0.0.1", port: server.port)
                $0.apps[0].probe.start = .seconds(3600)
            }
            try await bed.run(change) { app in
                #expect(await eventually { app.isSettled(on: first) })
                let bad = try bed.publish(.serving("two"))
                #expect(await eventually { app.deployment.record.refused.first?.release == bad })
                #expect(app.deployment.record.refused.first?.reason == "It was told, but / answers 500.")
                #expect(await eventually { app.isSettled(on: first) })
                #expect(try bed.current() == first)
                #expect(seen.withLock { $0.filter { $0.hasSuffix(bad.hex) }.count } == 1)
            }
        }
    }

    @Test func theProcessInThePidFileGetsTheSignal() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let caught = directory.appending("caught")
            let pidFile = directory.appending("pid")
            let server = Process()
            // Not SIGHUP, which a shell cannot catch where it was ignored before: under nohup.
            server.executableURL = URL(filePath: "/bin/sh")
            server.arguments = ["-c", "trap 'echo USR1 >> \(caught)' USR1; echo $$ > \(pidFile); while :; do sleep 0.05; done"]
            try server.run()
            defer { server.terminate() }
            // Not only there: written.
            #expect(await eventually { FileManager.default.contents(atPath: pidFile.string)?.isEmpty == false })
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].strategy = .signal(.pidFile(pidFile), signal: "USR1") }) { app in
                #expect(await eventually { app.isSettled(on: first) })
                #expect(await eventually { FileManager.default.fileExists(atPath: caught.string) })
            }
        }
    }

    @Test(arguments: [
        ("999999999\n", "does not run"), ("0\n", "holds no process id"), ("-1\n", "holds no process id"),
        ("", "holds no process id"),
    ])
    func aPidFileOfNobodyIsAReasonAndNotASignalToSomebodyElse(_ content: String, _ reason: String) async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let pidFile = directory.appending("pid")
            try Data(content.utf8).write(to: URL(filePath: pidFile.string))
            let first = try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].strategy = .signal(.pidFile(pidFile), signal: "USR1") }) { app in
                #expect(await eventually { app.deployment.record.attempt?.lastFailure?.contains(reason) == true })
                #expect(app.deployment.record.attempt?.target.release == first)
            }
        }
    }

    @Test func aProcessIsFoundByItsNameAndArgumentAndNoneIsSignaledWhenThereAreTwo() async throws {
        try await withTemporaryDirectory { directory in
            let bed = try AgentBed(in: directory)
            let name = "server-" + String(UInt64.random(in: .min ... .max), radix: 16)
            try FileManager.default.copyItem(
                at: URL(filePath: "/bin/sh").resolvingSymlinksInPath(), to: URL(filePath: directory.appending(name).string))
            func start(_ argument: String) throws -> Process {
                let server = Process()
                server.executableURL = URL(filePath: directory.appending(name).string)
                let file = directory.appending(argument)
                let script = "trap 'echo USR1 >> \(file)' USR1; : > \(file).up; while :; do sleep 0.05; done"
                server.arguments = ["-c", script, argument]
                try server.run()
                return server
            }
            let (one, two) = (try start("one"), try start("two"))
            defer {
                one.terminate()
                two.terminate()
            }
            let paths = ["one.up", "two.up"].map { directory.appending($0).string }
            #expect(await eventually { paths.allSatisfy { FileManager.default.fileExists(atPath: $0) } })
            try bed.publish(.serving("one"))
            try await bed.run({ $0.apps[0].strategy = .signal(.program(name, argument: nil), signal: "USR1") }) { app in
                #expect(await eventually { app.deployment.record.attempt?.lastFailure?.contains("2 processes run") == true })
            }
            #expect(!FileManager.default.fileExists(atPath: directory.appending("one").string))
            // A store of its own: the first agent's lock lives as long as this process keeps anything of that agent.
            try await withTemporaryDirectory { otherDirectory in
                let other = try AgentBed(in: otherDirectory)
                let release = try other.publish(.serving("two"))
                try await other.run({ $0.apps[0].strategy = .signal(.program(name, argument: "two"), signal: "USR1") }) { app in
                    #expect(await eventually { app.deployment.serving?.release == release })
                    #expect(await eventually { FileManager.default.fileExists(atPath: directory.appending("two").string) })
                }
            }
            #expect(!FileManager.default.fileExists(atPath: directory.appending("one").string))
        }
    }
}
