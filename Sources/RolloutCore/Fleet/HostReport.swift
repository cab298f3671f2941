/// What the coordinator knows of one host: what its status says, as far as it concerns a rollout. A claim; it is not signed.
package struct HostReport: Hashable, Sendable {
    package var host: HostID
    package var app: AppName
    package var channel: ChannelName
    /// Its kind as `kind` among them.
    package var labels: [String: String]
    package var serving: Target?
    package var servingSince: Instant?
    package var attempting: Target?
    /// Whether a backend is ready.
    package var isReady: Bool
    /// It is about to end for good.
    package var isStopping: Bool
    package var acceptedSequence: UInt64
    package var acceptedDigest: Digest?
    package var refused: [Refusal]
    package var evidence: HostEvidence?
    /// When its agent began; `nil`: it does not say.
    package var began: Instant?
    /// Until when it counts without another word: for hosts that stop existing without saying so. `nil`: others' rules.
    package var leaseUntil: Instant?
    package var updated: Instant
    /// When it was read, by the reader's clock; `nil`: just now. What the host has said since is not known.
    package var seen: Instant?
    /// Why its status could not be read, in words. Everything else in here is then made up, but `updated`: since when. It may be of any
    /// channel.
    package var unreadable: String?

    package init(host: HostID, app: AppName, channel: ChannelName, labels: [String: String] = [:], updated: Instant) {
        self.host = host
        self.app = app
        self.channel = channel
        self.labels = labels
        self.isReady = false
        self.isStopping = false
        self.acceptedSequence = 0
        self.refused = []
        self.updated = updated
    }

    /// Whether the host is there, as far as its report tells.
    package func isThere(at now: Instant) -> Bool {
        if isStopping || unreadable != nil { return false }
        return leaseUntil.map { now < $0 } ?? (silence(at: now) <= Self.freshness)
    }

    /// For how long it is known to have said nothing.
    package func silence(at now: Instant) -> Duration { min(seen ?? now, now) - updated }

    /// A host that has not written its status for longer than this counts as silent. Agents write every 30 s.
    package static let freshness: Duration = .seconds(90)
    /// A host that went silent before a rollout began is reckoned with for as long: those who remain must not decide as if it had never
    /// been. After this it is gone.
    package static let absence: Duration = .seconds(900)
    /// How far a host's clock may be ahead of the coordinator's.
    package static let clockTolerance: Duration = .seconds(60)
}
