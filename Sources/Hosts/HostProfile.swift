import RolloutCore
import SystemPackage

/// What an agent has to know of the host it runs on: mostly data, so that one program is at home on all of them.
package struct HostProfile: Hashable, Sendable {
    /// When the agent looks at the volume.
    package enum Cadence: String, Hashable, Sendable {
        /// All the time.
        case continuous
        /// At its start and in each invocation; in between nothing of it runs.
        case perInvocation
    }

    package var kind: HostKind
    /// The same each time the agent starts on this host, and nobody else's.
    package var id: HostID
    /// Where it is and what it belongs to: `zone`, `region`, `cluster` and the like, whatever its source says.
    package var labels: [String: String]
    /// Where all this comes from.
    package var source: HostSource
    /// Where releases are kept unless `store.path` says otherwise.
    package var defaultStore: FilePath
    package var cadence: Cadence
    /// How long everything may take between the request to stop and the end; `nil`: as long as drain and stop take.
    package var shutdownBudget: Duration?
    /// How long new requests are still taken after the request to stop, for a load balancer to notice.
    package var deregistration: Duration
    /// Whether such hosts come and go without a word, so that one that has not reported for a while is gone rather than ill.
    package var presenceIsLease: Bool

    /// What goes with a kind of host where nothing else is said.
    package init(kind: HostKind, id: HostID, labels: [String: String] = [:], source: HostSource) {
        self.kind = kind
        self.id = id
        self.labels = labels
        self.source = source
        self.defaultStore = kind == .function ? "/tmp/wasmrollout" : "/var/lib/wasmrollout"
        // Without Lambda's API nobody would say when to look.
        self.cadence = source == .lambda ? .perInvocation : .continuous
        switch kind {
        case .instance: (self.shutdownBudget, self.deregistration) = (nil, .zero)
        // ECS: a load balancer stops sending within some seconds, and SIGKILL comes 30 s after SIGTERM unless the task definition says
        // otherwise (`stopTimeout`).
        case .container: (self.shutdownBudget, self.deregistration) = (.seconds(30), .seconds(5))
        case .function: (self.shutdownBudget, self.deregistration) = (.milliseconds(300), .zero)
        }
        self.presenceIsLease = kind != .instance
    }
}
