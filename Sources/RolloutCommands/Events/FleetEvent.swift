import ReleaseStore
import RolloutCore

/// One thing that happened: a record in the log, or a change in what a host says of itself. A line of `wasmrollout events`.
struct FleetEvent: Renderable {
    /// What happened. Consumers pass over what they do not know: kinds are added, never changed.
    enum Kind: String, Encodable, Sendable, CaseIterable {
        /// A record was appended to the log.
        case record
        /// An open rollout is at another step, or waits for something else, as a coordinator that looked now would judge.
        case rolloutStands
        /// Where a host stood when the stream began, or when it was first seen.
        case hostSeen
        /// A host is moving to another release.
        case hostAttempts
        /// A host's traffic goes to another release.
        case hostServes
        /// The probation of what a host serves is over.
        case hostBaked
        case hostRefused
        /// A host's health changed.
        case hostHealth
        /// A host has not reported for longer than it should.
        case hostStale
        /// A host that was stale reports again.
        case hostReturned
        /// The volume cannot be read, from here; until `volumeReturned` nothing is known.
        case volumeLost
        case volumeReturned
    }

    var kind: Kind
    /// When it happened: by the record, or by the host's last report.
    var time: Instant
    var app: AppName?
    /// Of the record; of a host's event, the newest record that the host had accepted.
    var sequence: UInt64?
    var host: HostID?
    /// Of a rollout.
    var channel: ChannelName?
    /// What it is about, or what the host serves.
    var release: ReleaseName?
    var health: HostStatus.Health?
    var reason: String?
    var record: LoggedRecord?

    init(_ kind: Kind, at time: Instant, app: AppName? = nil) {
        self.kind = kind
        self.time = time
        self.app = app
    }

    var text: String {
        let subject = [app?.description, host?.description ?? channel?.description].compactMap { $0 }.joined(separator: " ")
        return "\(time)  \(subject)  \(words)".printable
    }

    private var words: String {
        let name = release?.text ?? "nothing"
        let because = reason.map { $0.isEmpty ? "" : ": \($0)" } ?? ""
        return switch kind {
        case .record: "record \(record.map { "\($0.sequence): \($0.change.sentence(version: $0.version)) by \($0.who)" } ?? "")"
        case .rolloutStands: "rolls out \(name)\(because)"
        case .hostSeen: "serves \(name), \(health?.rawValue ?? "")"
        case .hostAttempts: "is moving to \(name)"
        case .hostServes: "serves \(name)"
        case .hostBaked: "has baked \(name)"
        case .hostRefused: "refused \(name)\(because)"
        case .hostHealth: "is \(health?.rawValue ?? "")\(because)"
        case .hostStale: "has not reported\(because)"
        case .hostReturned: "reports again, serves \(name)"
        case .volumeLost: "the volume does not answer\(because)"
        case .volumeReturned: "the volume answers again"
        }
    }
}
