import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import RolloutCore
import Synchronization
import SystemPackage

/// What the stand-in serves, shared by all connections.
final class AppService: Sendable {
    struct Component: Sendable {
        let id: String
        let behavior: BehaviorAtWork
        /// Status and body of a static response.
        let fixed: (status: Int, body: String)?
    }

    let info: String
    private let table: RouteTable
    private let components: [Component]
    private let requests = Atomic(0)
    private let rootRequests = Atomic(0)

    init(app: LockedApp, behaviors: [Behavior?], logs: FilePath?) {
        let routed = zip(app.components, behaviors).filter { $0.0.route != nil }
        table = RouteTable(routed.compactMap(\.0.route))
        components = routed.map { component, behavior in
            Component(
                id: component.id, behavior: BehaviorAtWork(behavior, version: app.version),
                fixed: component.source == nil ? (component.status ?? 200, component.body ?? "") : nil)
        }
        let version = behaviors.lazy.compactMap { $0?.text("info-version") }.first ?? app.version
        info = "{\n  \"name\": \"\(app.name)\"" + (version.isEmpty ? "\n}" : ",\n  \"version\": \"\(version)\"\n}")
        for component in components where component.fixed == nil { Self.touchLogs(component.id, logs) }
    }

    private static func touchLogs(_ id: String, _ logs: FilePath?) {
        guard let logs else { return }
        for stream in ["stdout", "stderr"] {
            let path = logs.appending("\(id)_\(stream).txt")
            if let file = try? FileDescriptor.open(path, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
            {
                try? file.close()
            }
        }
    }

    /// Things an artifact does by itself, counted from the moment it serves.
    func startTimers() {
        for component in components {
            guard let delay = component.behavior.crashAfter else { continue }
            MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .milliseconds(Int64(delay))) { Self.crash() }
        }
    }

    static func crash() { kill(getpid(), SIGKILL) }

    func route(_ path: String) -> (component: Component, match: RouteMatch)? {
        table.match(path).map { (components[$0.index], $0.match) }
    }

    /// One append for each line, so that no two mix and none is lost when the process is killed.
    static func note(_ line: String, in journal: FilePath) {
        let file = try? FileDescriptor.open(journal, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        _ = try? file?.writeAll((line + "\n").utf8)
        try? file?.close()
    }

    /// Counts a request to the app; the position of this one, from 1.
    func count() -> Int { requests.add(1, ordering: .relaxed).newValue }

    /// The same of requests for `/`.
    func countRoot() -> Int { rootRequests.add(1, ordering: .relaxed).newValue }
}

/// A behavior's directives in the form that serving needs them, looked up once.
struct BehaviorAtWork: Sendable {
    let body: String
    let status: Int
    let failsAfter: Int?
    let failsEvery: Int?
    let crashesAt: Int?
    let crashAfter: Int?
    let delay: Int
    let hangs: Bool
    let cutsAfter: Int?
    let journal: FilePath?
    let version: String

    init(_ behavior: Behavior?, version: String) {
        body = behavior?.text("body") ?? "stand-in \(version)\n"
        status = behavior?.number("answer") ?? 200
        let isItsPlace = behavior?.text("only-at").map { $0 == environment("SPIN_VARIABLE_PLACE") } ?? true
        failsAfter = isItsPlace ? behavior?.number("fail-after-requests") : nil
        failsEvery = isItsPlace ? behavior?.number("fail-every") : nil
        crashesAt = isItsPlace ? behavior?.number("crash-at-request") : nil
        crashAfter = behavior?.number("crash-after-ms")
        delay = behavior?.number("delay-ms") ?? 0
        hangs = behavior?.has("hang") ?? false
        cutsAfter = behavior?.number("cut-after-bytes")
        journal = behavior?.text("journal").map { FilePath($0) }
        self.version = version
    }
}
