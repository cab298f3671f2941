import Gateway
import RolloutCore
import RolloutSystem

/// Once the host has become quiet, gives back the memory of code that only activity needed: most of a Swift program is gone through
/// at its start and by a deployment, little of it by an agent that waits for the next release.
struct MemoryTidying: Sendable {
    let apps: [HostedApp]

    /// Between two looks at whether it is quiet.
    private static let interval: Duration = .seconds(10)
    /// What may come back before it is given back again: what is done now and then, such as writing the status, needs code as well.
    private static let slack = 3 << 20

    /// What tells one moment of activity from another.
    private struct Activity: Hashable {
        var records: [HostRecord]
        var requests: [UInt64]
        var isUnderWay: Bool
    }

    /// Tidies until cancelled.
    func run() async {
        var last = activity
        var least = 0
        while true {
            do { try await Task.sleep(for: Self.interval, tolerance: .seconds(1)) } catch { return }
            let now = activity
            let isQuiet = now == last && !now.isUnderWay
            last = now
            guard isQuiet, let resident = ProgramText.residentBytes, resident > least + Self.slack else { continue }
            ProgramText.releaseUnused()
            least = ProgramText.residentBytes ?? resident
        }
    }

    private var activity: Activity {
        Activity(
            records: apps.map(\.agent.deployment.record), requests: apps.map { $0.gateway?.metrics().requests ?? 0 },
            isUnderWay: apps.contains { $0.agent.isActivating || $0.agent.isCopying })
    }
}

extension GatewayMetrics {
    /// All that was answered, or was to be.
    fileprivate var requests: UInt64 {
        releases.values.reduce(acceptedConnections) { $0 + $1.responses.reduce($1.abandoned + $1.inFlight, +) }
    }
}
