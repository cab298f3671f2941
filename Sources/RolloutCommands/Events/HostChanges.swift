import ReleaseStore
import RolloutCore

/// Turns two statuses of a host into what happened between them. Whatever came and went in between is not seen.
struct HostChanges {
    let labels: ReleaseLabels
    let now: Instant

    /// - Parameter before: `nil` when the host was not known.
    func events(from before: HostStatus?, wasLive: Bool, to after: HostStatus) -> [FleetEvent] {
        let isLive = after.isLive(at: now)
        guard let before else {
            var seen = event(.hostSeen, after)
            seen.reason = after.note
            return isLive || after.health == .stopping ? [seen] : [seen, stale(after)]
        }
        var events: [FleetEvent] = []
        if !wasLive, isLive, before.health != .stopping { events.append(event(.hostReturned, after)) }
        for refusal in after.refused.reversed() where !before.refused.contains(where: { $0 == refusal }) {
            var refused = event(.hostRefused, after, at: refusal.at)
            refused.release = labels.name(refusal.release)
            refused.reason = refusal.reason
            events.append(refused)
        }
        if let target = after.attempting, target != before.attempting, target.release != after.serving?.release {
            var attempt = event(.hostAttempts, after)
            attempt.release = labels.name(target.release)
            events.append(attempt)
        }
        if let serving = after.serving, serving.release != before.serving?.release {
            events.append(event(.hostServes, after, at: after.servingSince))
        } else if before.bakingUntil != nil, after.bakingUntil == nil, after.serving != nil {
            events.append(event(.hostBaked, after))
        }
        if after.health != before.health {
            var changed = event(.hostHealth, after)
            changed.reason = after.health == .ready ? nil : after.note
            events.append(changed)
        }
        if wasLive, !isLive, after.health != .stopping { events.append(stale(after)) }
        return events
    }

    private func stale(_ status: HostStatus) -> FleetEvent {
        var event = event(.hostStale, status, at: now)
        event.reason = "its last report is from \(status.updated)"
        return event
    }

    private func event(_ kind: FleetEvent.Kind, _ status: HostStatus, at time: Instant? = nil) -> FleetEvent {
        var event = FleetEvent(kind, at: time ?? status.updated, app: status.app)
        event.host = status.host
        event.sequence = status.acceptedSequence
        event.release = (status.serving?.release).map(labels.name)
        event.health = status.health
        return event
    }
}
