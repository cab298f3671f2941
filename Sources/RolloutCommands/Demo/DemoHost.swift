import Hosts
import RolloutAgent
import RolloutCore
import RolloutSystem
import SystemPackage

/// One of the demo's three hosts.
struct DemoHost: Sendable {
    let id: HostID
    let kind: HostKind
    let place: FilePath

    var configuration: FilePath { place.appending("\(id).toml") }
    var log: FilePath { place.appending("\(id).log") }

    static func all(in place: FilePath) -> [DemoHost] {
        HostKind.allCases.map { DemoHost(id: HostID(unchecked: $0.rawValue), kind: $0, place: place) }
    }

    /// Writes its configuration.
    func prepare(_ demo: DemoPlace) throws {
        let text = """
            trust = "\(demo.policy)"

            [host]
            id = "\(id)"
            kind = "\(kind.rawValue)"

            [volume]
            path = "\(demo.volume)"
            poll = "200ms"
            status = "1s"

            [store]
            path = "\(place.appending("store-\(id)"))"

            [admin]
            listen = "127.0.0.1:0"

            [coordinator]
            key = "\(demo.coordinatorKey)"
            interval = "200ms"

            [[app]]
            name = "hello"
            listen = "127.0.0.1:0"
            bake = "3s"
            attempts = 1

            [app.probe]
            failures = 1
            """
        try AtomicWrite(CommandHost.files, .user).create(configuration, with: Array(text.utf8), mode: 0o644)
    }
}
