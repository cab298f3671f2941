import NIOCore
import ReleaseStore
import RolloutCore
import SystemPackage

/// Reads the demo hosts' statuses again and again, shows them, and waits for what they should become.
final class FleetWatch {
    /// What the demo needs to know of a host.
    struct Host {
        var status: HostStatus
        var versions: [Digest: String]

        var host: HostID { status.host }
        var gateway: String { status.gateway ?? "" }
        var isBaking: Bool { status.bakingUntil != nil }
        var serving: String? { (status.serving?.release).map { versions[$0] ?? $0.short } }
        var attempting: String? { (status.attempting?.release).map { versions[$0] ?? $0.short } }
        var refusal: String? { status.refused.first?.reason }

        func serves(_ version: String) -> Bool { serving == version && status.health == .ready && attempting == nil }
        func hasRefused(_ version: String) -> Bool { status.refused.contains { versions[$0.release] == version } }

        /// `serves v1, moving to v2`.
        var words: String {
            var words = serving.map { "serves \($0)" } ?? "serves nothing yet"
            if isBaking { words += " on probation" }
            if let attempting { words += ", moving to \(attempting)" }
            if let refused = status.refused.first { words += ", refused \(versions[refused.release] ?? refused.release.short)" }
            return words
        }
    }

    var load: DemoLoad?
    private let volume: Volume
    private let labels: ReleaseLabels
    private let screen: DemoScreen
    private var told: [HostID: String] = [:]

    init(volume: Volume, screen: DemoScreen) {
        self.volume = volume
        self.labels = ReleaseLabels(volume)
        self.screen = screen
    }

    /// Waits until the hosts are as they should be.
    func wait(_ limit: Duration, until isDone: ([Host]) -> Bool, _ place: DemoPlace) async throws -> [Host] {
        let deadline = CommandHost.now + limit
        while true {
            let hosts = try look()
            if isDone(hosts) { return hosts }
            guard CommandHost.now < deadline, !place.hasLostAgent else {
                let standing = hosts.map { "\($0.host) \($0.words)" }.joined(separator: "; ")
                throw CommandFailure(
                    .unavailable,
                    "Could not finish the demo: \(place.hasLostAgent ? "an agent ended" : "the hosts took longer than \(limit.text)") (\(standing)). "
                        + "Try again on a machine with less to do.")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Goes on showing.
    func pause(_ duration: Duration, _ place: DemoPlace) async throws {
        let until = CommandHost.now + duration
        while CommandHost.now < until {
            _ = try look()
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func seconds(since began: Instant) -> Double { Double((CommandHost.now - began).milliseconds / 10) / 100 }

    private func look() throws -> [Host] {
        var hosts: [Host] = []
        for entry in try StatusBoard(volume, app: "hello").all() {
            guard case .success(let status) = entry.status else { continue }
            var versions: [Digest: String] = [:]
            for release in status.releases { versions[release] = labels.version(of: release) }
            hosts.append(Host(status: status, versions: versions))
        }
        for host in hosts where told.updateValue(host.words, forKey: host.host) != host.words {
            screen.say("  \(host.host) \(host.words)")
        }
        draw(hosts)
        return hosts
    }

    private func draw(_ hosts: [Host]) {
        let counts = load?.counts
        var lines = [""]
        for host in hosts {
            let name = host.host.description
            let answered = counts.map { "  \($0.byHost[name] ?? 0) answered" } ?? ""
            lines.append("  \(name)\(String(repeating: " ", count: max(0, 10 - name.count)))\(answered)  \(host.words)")
        }
        if let counts { lines.append("  \(counts.requests) requests, \(counts.failures) failures") }
        screen.show(lines)
    }
}

extension SocketAddress {
    /// From `127.0.0.1:8080`.
    init(_ text: String) throws {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else {
            throw CommandFailure(.unavailable, "Could not reach a gateway: its address is '\(text)'. Look at the agents' logs.")
        }
        try self.init(ipAddress: String(parts[0]), port: port)
    }
}
