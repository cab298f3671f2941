import Foundation
import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Testing

@testable import RolloutCommands

/// Hosts are made up: each is a status file.
@Suite struct WaitTests {
    @Test func returnsWhenEveryLiveHostServesIt() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release)
            try site.report("web-2", serving: nil, health: .starting)
            try site.report("gone", serving: nil, age: .seconds(600))
            let second = try site.program.start([
                "publish", Site.first, "--app", "hello", "--version-label", "v1", "--wait", "--json",
            ])
            try await Task.sleep(for: .milliseconds(300))
            #expect(second.exit.current == nil)
            try site.report("web-2", serving: release, decision: 2)
            var output = ""
            for await line in second.output.lines { output += line.text + "\n" }
            #expect(await second.waitForExit().status == .exited(0))
            let json = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
            let wait = try #require(json?["wait"] as? [String: Any])
            #expect(wait["serving"] as? [String] == ["web-1", "web-2"])
        }
    }

    /// As with very many hosts on a slow mount: what counts is that the volume answers.
    @Test func aLookMayTakeLongerThanOneCall() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            for number in 1...30 { try site.report(try #require(HostID("web-\(number)")), serving: release) }
            let files = InterceptingFileSystem(before: { call throws(FileError) in
                if call.purpose == .statusRead, call.operation == .open { usleep(20_000) }
            })
            var waiter = HostWaiter(
                volume: try Volume.open(at: site.volume, in: files), app: "hello", channel: "stable", host: nil,
                release: release, decision: 1, untilBaked: false, timeout: .seconds(60), isQuiet: true)
            waiter.patience = .milliseconds(200)
            let (report, failure) = try await waiter.run()
            #expect(failure == nil)
            #expect(report.serving.count == 30)
        }
    }

    @Test func aRefusalEndsItAtOnceWithTheReason() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            let refusal = Refusal(release: release, decision: 2, reason: "It trapped.", at: Instant(milliseconds: 0))
            try site.report("web-1", serving: nil, refused: [refusal])
            let ran = try await site.program(
                "publish", Site.first, "--app", "hello", "--version-label", "v1", "--wait", "--timeout", "5m")
            #expect(ran.status == .exited(65))
            #expect(ran.error.contains("web-1 refused it: It trapped."))
        }
    }

    @Test func aHostThatCannotAcceptTheRecordEndsItWithTheReason() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release, decision: 2)
            try site.report("web-2", serving: release, decision: 1, blocked: .untrusted(2, .release))
            let ran = try await site.program(
                "publish", Site.first, "--app", "hello", "--version-label", "v1", "--wait", "--timeout", "50s")
            #expect(ran.status == .exited(77))
            #expect(
                ran.error.contains("web-2 does not follow the log: Could not accept record 2: no key that this host trusts"))
            #expect(!ran.error.contains("within 50s"))
        }
    }

    @Test func anEarlierRefusalDoesNotCount() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            let refusal = Refusal(release: release, decision: 1, reason: "It trapped.", at: Instant(milliseconds: 0))
            try site.report("web-1", serving: release, decision: 2, refused: [refusal])
            let ran = try await site.program("publish", Site.first, "--app", "hello", "--version-label", "v1", "--wait")
            #expect(ran.status == .exited(0))
        }
    }

    @Test func timingOutNamesTheHostsThatAreMissing() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            try site.report("web-1", serving: release)
            try site.report("web-2", serving: nil, health: .starting)
            let ran = try await site.program(
                "publish", Site.first, "--app", "hello", "--version-label", "v1", "--wait", "--timeout", "500ms")
            #expect(ran.status == .exited(69))
            #expect(ran.error.contains("these do not: web-2"))
        }
    }

    @Test func noHostAtAllIsNoSuccess() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let ran = try await site.program("publish", Site.first, "--app", "hello", "--wait", "--timeout", "300ms")
            #expect(ran.status == .exited(69))
            #expect(ran.error.contains("no live host"))
        }
    }
}
