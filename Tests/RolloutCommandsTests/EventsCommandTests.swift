import Foundation
import Glibc
import ReleaseStore
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import SystemPackage
import Testing

@testable import RolloutCommands

@Suite struct EventsCommandTests {
    @Test func everyRecordAndEveryHostIsOneLine() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            try await site.publish(Site.second, as: "v2")
            try site.report("web-1", serving: first)
            let events = Self.events(try await site.program("events").output)
            #expect(events.map { $0["kind"] as? String } == ["record", "record", "hostSeen"])
            #expect(events.compactMap { $0["sequence"] as? Int } == [1, 2, 1])
            #expect((events[0]["record"] as? [String: Any])?["who"] != nil)
            #expect((events[2]["release"] as? [String: String])?["version"] == "v1")
            let later = Self.events(try await site.program("events", "--since", "2").output)
            #expect(later.map { $0["kind"] as? String } == ["record", "hostSeen"])
            #expect(Self.events(try await site.program("events", "--since", "2100-01-01").output).count == 1)
        }
    }

    @Test func followingTellsWhatHostsMakeOfARecord() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            try site.report("web-1", serving: first)
            try site.report("web-2", serving: first, age: .seconds(600))
            let process = try site.program.start(["events", "--follow", "--every", "50ms"])
            let written = CollectedLines(of: process)
            func kinds(of host: String? = nil) -> [String] {
                Self.events(written.text).filter { $0["host"] as? String == host }
                    .compactMap { $0["kind"] as? String }
            }
            #expect(await eventually { kinds(of: "web-2") == ["hostSeen", "hostStale"] })
            #expect(kinds() == [])
            let second = try await site.publish(Site.second, as: "v2")
            #expect(await eventually { kinds() == ["record"] })
            let refusal = Refusal(
                release: second, decision: 2, reason: "It never got ready.", at: Instant(milliseconds: 1_800_000_000_000))
            try site.report("web-1", serving: first, decision: 2, refused: [refusal])
            #expect(await eventually { kinds(of: "web-1") == ["hostSeen", "hostRefused"] })
            try site.report("web-2", serving: second, decision: 2)
            #expect(await eventually { kinds(of: "web-2") == ["hostSeen", "hostStale", "hostReturned", "hostServes"] })
            let told = Self.events(written.text).first { $0["kind"] as? String == "hostRefused" }
            #expect(told?["reason"] as? String == "It never got ready.")
            #expect(told?["time"] as? String == refusal.at.description)
            Program.launcher.signal(process, .terminate, wholeGroup: true, for: .hookKill)
            _ = await process.waitForExit()
        }
    }

    @Test func anOpenRolloutTellsEachStepAndWhatItWaitsFor() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let first = try await site.publish(as: "v1")
            for host: HostID in ["web-1", "web-2"] { try site.report(host, serving: first) }
            let process = try site.program.start(["events", "--follow", "--every", "50ms"])
            let written = CollectedLines(of: process)
            func reasons() -> [String] {
                Self.events(written.text).filter {
                    $0["kind"] as? String == "rolloutStands" && $0["channel"] as? String == "stable"
                }
                .compactMap { $0["reason"] as? String }
            }
            try await site.publish(Site.second, as: "v2", "--waves", "1,100%", "--bake", "1h")
            #expect(await eventually { reasons().count == 1 })
            _ = try await site.program("hold")
            #expect(await eventually { reasons().count == 2 })
            _ = try await site.program("promote", "--now")
            _ = try await site.program("resume")
            _ = try await site.program("promote", "--now")
            #expect(await eventually { written.text.contains(#""kind":"promote""#) })
            Program.launcher.signal(process, .terminate, wholeGroup: true, for: .hookKill)
            _ = await process.waitForExit()
            #expect(reasons().first?.hasPrefix("wave 1 of 2: Waits for web-") == true, "\(reasons())")
            #expect(reasons().dropFirst().first == "wave 1 of 2: Channel 'stable' is held.", "\(reasons())")
        }
    }

    /// A look that takes longer than it may has seen what no later one sees again.
    @Test func whatALateLookFoundIsToldAfterAll() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try VolumeFixture(in: directory)
            try fixture.publish("1.0")
            let second = fixture.layout.record(fixture.app, 2)
            let (isRead, isOpen) = (SharedFlag(), SharedFlag())
            // The statuses are read after the records.
            let files = InterceptingFileSystem(before: { call throws(FileError) in
                if call.path == second, call.operation == .open { isRead.raise() }
                guard call.purpose == .statusRead, isRead.isRaised else { return }
                while !isOpen.isRaised { usleep(1000) }
            })
            var stream = EventStream(
                volume: try Volume.open(at: fixture.root, in: files), app: fixture.app, since: nil, showsRecords: true,
                interval: .milliseconds(10))
            stream.patience = .milliseconds(500)
            let told = CollectedEvents()
            let following = Task { [stream] in try await stream.follow { told.append($0) } }
            defer { following.cancel() }
            // Only what comes after the first look is new to it.
            #expect(await eventually { files.calls.contains { $0.purpose == .statusRead } })

            try fixture.publish("2.0")
            #expect(await eventually { told.count(.volumeLost) == 1 })
            #expect(told.count(.record) == 0)
            isOpen.raise()
            #expect(await eventually { told.count(.record) == 1 && told.count(.volumeReturned) == 1 })
        }
    }

    @Test func aHostThatIsNotListedAnyMoreIsForgotten() async throws {
        try await withTemporaryDirectory { directory in
            let site = try await Site(directory)
            let release = try await site.publish(as: "v1")
            let volume = try Volume.open(at: site.volume, in: LinuxFileSystem())
            let look = EventLook(
                EventStream(volume: volume, app: "hello", since: nil, showsRecords: false, interval: .milliseconds(10)))
            func kinds() throws -> [FleetEvent.Kind] {
                try look.look(now: Instant(milliseconds: SystemClock().wallMilliseconds)).map(\.kind)
            }
            try site.report("web-1", serving: release)
            #expect(try kinds() == [.hostSeen])
            #expect(try kinds() == [])
            try volume.fileSystem.unlink(volume.layout.status("hello", "web-1"), for: .userWrite)
            #expect(try kinds() == [])
            try site.report("web-1", serving: release)
            #expect(try kinds() == [.hostSeen])
        }
    }

    private static func events(_ text: String) -> [[String: Any]] {
        text.split(separator: "\n").compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
}

/// Raised by one thread, seen by another.
private final class SharedFlag: Sendable {
    private let value = Atomic<Bool>(false)
    var isRaised: Bool { value.load(ordering: .sequentiallyConsistent) }
    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
}

private final class CollectedEvents: Sendable {
    private let events = Mutex<[FleetEvent]>([])
    func append(_ event: FleetEvent) { events.withLock { $0.append(event) } }
    func count(_ kind: FleetEvent.Kind) -> Int { events.withLock { $0.count { $0.kind == kind } } }
}

/// What a process has written so far.
private final class CollectedLines: Sendable {
    private let lines = Mutex<[String]>([])

    init(of process: LaunchedProcess) {
        Task.detached { [weak self] in
            for await line in process.output.lines { self?.lines.withLock { $0.append(line.text) } }
        }
    }

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
}
