/// What a record does. The channel states after it stand beside it in the record.
package enum Change: Hashable, Sendable {
    /// Makes a release the channel's target, for the hosts that the plan's first wave admits.
    case release(channel: ChannelName, release: Digest, plan: RolloutPlan)
    /// Makes the release that is promoted on one channel the target of another: the same release, nothing is published again.
    case move(from: ChannelName, to: ChannelName, release: Digest, plan: RolloutPlan)
    /// Lets the next wave of the open rollout in; `wave` counts from 0.
    case openWave(channel: ChannelName, wave: Int)
    /// Lets a wave open whose plan asks for approval; `wave` counts from 0.
    case approve(channel: ChannelName, wave: Int)
    /// Ends the open rollout's probation: its release is what rollbacks return to from now on.
    case promote(channel: ChannelName)
    /// Stops advancing: no wave opens and nothing is released until `resume`.
    case hold(channel: ChannelName)
    case resume(channel: ChannelName)
    /// Sets the times in which nothing is released and no wave opens; none lifts the freeze.
    case freeze(channel: ChannelName, windows: [FreezeWindow])
    /// Makes an earlier promoted release the target again, for every host at once.
    case rollBack(channel: ChannelName, to: Digest)
    /// Forbids a release on every channel and host; where it was the target, what was promoted before it is again.
    case quarantine(release: Digest)
    /// Allows a quarantined release again: somebody has found that the fault was not its own.
    case liftQuarantine(release: Digest)
    /// Keeps one host at a release, whatever its channel says.
    case pin(host: HostID, release: Digest)
    /// Lets the host follow its channel again.
    case unpin(host: HostID)

    /// Releases in waves of these sizes, without bakes.
    package static func release(channel: ChannelName, release: Digest, waves: [WaveSize]) -> Change {
        .release(channel: channel, release: release, plan: RolloutPlan(sizes: waves))
    }

    /// The role a key must have for its signature to count. For some of the changes `coordinate` does too: see `isCoordination`.
    package var role: TrustRole {
        switch self {
        case .release: .release
        case .move, .openWave, .approve, .promote, .hold, .resume, .freeze, .rollBack, .quarantine, .liftQuarantine, .pin,
            .unpin:
            .operate
        }
    }

    /// The channel it concerns; `nil` for all.
    package var channel: ChannelName? {
        switch self {
        case .release(let channel, _, _), .move(_, let channel, _, _), .openWave(let channel, _), .approve(let channel, _),
            .promote(let channel), .hold(let channel), .resume(let channel), .freeze(let channel, _), .rollBack(let channel, _):
            channel
        case .quarantine, .liftQuarantine, .pin, .unpin: nil
        }
    }

    /// The release it names, if it names one.
    package var release: Digest? {
        switch self {
        case .release(_, let release, _), .move(_, _, let release, _), .rollBack(_, let release), .quarantine(let release),
            .liftQuarantine(let release), .pin(_, let release):
            release
        case .openWave, .approve, .promote, .hold, .resume, .freeze, .unpin: nil
        }
    }

    /// Whether a key that may only coordinate may make this change in this state: move an open rollout on as its plan allows, or end it
    /// by going back. It can never choose what is released, approve, or undo what a person decided.
    package func isCoordination(in state: LogState) -> Bool {
        switch self {
        case .openWave(let channel, _): return state.channels[channel]?.rollout != nil
        case .promote(let channel):
            guard let rollout = state.channels[channel]?.rollout else { return false }
            return rollout.openWave == rollout.plan.waves.count - 1
        case .rollBack(let channel, let release):
            guard let current = state.channels[channel], current.rollout != nil else { return false }
            return current.promoted.first == release
        case .quarantine(let release):
            return state.channels.values.contains { $0.rollout != nil && $0.target == release }
        case .release, .move, .approve, .hold, .resume, .freeze, .liftQuarantine, .pin, .unpin: return false
        }
    }
}
