import Logging
import RolloutCore
import RolloutSystem
import RolloutTesting
import Synchronization
import Testing

@testable import Hosts

@Suite struct InstanceNoticesTests {
    /// Follows a service as long as `body` does.
    private func follow(_ server: MetadataServer, _ body: (Heard) async throws -> Void) async throws {
        let heard = Heard()
        let metadata = InstanceMetadata(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint], LinuxFileSystem())
        let notices = InstanceNotices(
            metadata, interval: .milliseconds(10), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let following = Task { await notices.follow { notice in heard.list.withLock { $0.append(notice) } } }
        defer { following.cancel() }
        try await body(heard)
    }

    private final class Heard: Sendable {
        let list = Mutex<[HostNotice]>([])
    }

    @Test func aSpotInterruptionIsToldOnceWithItsTime() async throws {
        let server = MetadataServer.instance()
        defer { server.stop() }
        try await follow(server) { heard in
            #expect(await eventually { server.requests.count > 6 })
            #expect(heard.list.withLock { $0 } == [])
            server.set(
                "GET /latest/meta-data/spot/instance-action", to: #"{"action": "terminate", "time": "2026-11-21T08:22:00Z"}"#)
            #expect(await eventually { heard.list.withLock { !$0.isEmpty } })
            let seen = server.requests.count
            #expect(await eventually { server.requests.count > seen + 4 })
            let notice = HostNotice.leave(
                reason: "spot interruption (terminate)", deadline: Instant("2026-11-21T08:22:00.000Z"))
            #expect(heard.list.withLock { $0 } == [notice])
        }
    }

    @Test func aGroupThatChangesItsMindIsFollowed() async throws {
        let server = MetadataServer.instance()
        defer { server.stop() }
        let path = "GET /latest/meta-data/autoscaling/target-lifecycle-state"
        server.set(path, to: "InService")
        try await follow(server) { heard in
            server.set(path, to: "Terminated")
            #expect(await eventually { heard.list.withLock { $0.count == 1 } })
            server.set(path, to: "InService")
            #expect(await eventually { heard.list.withLock { $0.last == .stay } })
        }
    }

    @Test func nonsenseIsNoNotice() async throws {
        let server = MetadataServer.instance()
        defer { server.stop() }
        server.set("GET /latest/meta-data/spot/instance-action", to: "soon")
        try await follow(server) { heard in
            #expect(await eventually { server.requests.count > 8 })
            #expect(heard.list.withLock { $0 } == [])
        }
    }
}
