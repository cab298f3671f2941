/// Which earlier release a rollback returns to that names none: the newest promoted one that can be expected to run.
///
/// What hosts say they refused is a hint, and unsigned. So it orders the choices and rules none out: when every one of them was refused,
/// it is the one that the fewest hosts refused, the newest of those. A host that claims to have refused all of them thereby changes
/// nothing; and one whose trouble is its own does not take a whole fleet back further than it must.
package struct RollbackChoice: Hashable, Sendable {
    /// An earlier release that was passed over, though newer than the one that was chosen.
    package struct Skipped: Hashable, Sendable {
        package var release: Digest
        package var reason: Reason
    }

    package enum Reason: Hashable, Sendable {
        case quarantined
        /// The volume does not have it any more.
        case gone
        /// Hosts that are there have refused it; one of them, and what it said.
        case refused(by: Int, of: Int, example: HostID, String)
    }

    /// `nil`: there is none.
    package private(set) var target: Digest?
    /// Newest first.
    package private(set) var skipped: [Skipped] = []
    /// Hosts that have refused even the target; `nil`: none has.
    package private(set) var refusedBy: Reason?
    /// Whether every release that is left was refused by too many.
    package private(set) var isLastResort = false

    /// From this share of the hosts on, what they refused is passed over: a quarter.
    private static let tolerated = 4

    /// - Parameters:
    ///   - reports: what the hosts say that are there and follow the channel.
    ///   - isGone: whether the volume lacks a release; asked only about what would be chosen.
    package init<Failure: Error>(
        _ channel: ChannelState, quarantined: [Digest], reports: [HostReport], isGone: (Digest) throws(Failure) -> Bool
    ) throws(Failure) {
        let earlier = channel.rollout == nil ? Array(channel.promoted.dropFirst()) : channel.promoted
        var refused: [(release: Digest, hosts: Int)] = []
        for release in earlier {
            if quarantined.contains(release) {
                skipped.append(Skipped(release: release, reason: .quarantined))
            } else if try isGone(release) {
                skipped.append(Skipped(release: release, reason: .gone))
            } else if let reason = Self.refusal(of: release, reports), case .refused(let hosts, let all, _, _) = reason {
                if hosts * Self.tolerated < all {
                    target = release
                    refusedBy = reason
                    return
                }
                refused.append((release, hosts))
                skipped.append(Skipped(release: release, reason: reason))
            } else {
                target = release
                return
            }
        }
        guard let fewest = refused.map(\.hosts).min(), let choice = refused.first(where: { $0.hosts == fewest })?.release else {
            return
        }
        target = choice
        isLastResort = true
        refusedBy = skipped.first { $0.release == choice }?.reason
        // What is older was not passed over for it.
        skipped = Array(skipped.prefix { $0.release != choice })
    }

    private static func refusal(of release: Digest, _ reports: [HostReport]) -> Reason? {
        var hosts = 0
        var example: (HostID, String)?
        for report in reports {
            // What serves it now has thought better of it.
            guard report.serving?.release != release, let refusal = report.refused.first(where: { $0.release == release })
            else {
                continue
            }
            hosts += 1
            if example == nil { example = (report.host, refusal.reason) }
        }
        return example.map { .refused(by: hosts, of: reports.count, example: $0.0, $0.1) }
    }
}

extension RollbackChoice.Reason {
    /// Completes "it was passed over: ".
    package var words: String {
        switch self {
        case .quarantined: return "it is quarantined"
        case .gone: return "the volume does not have it any more"
        case .refused(let hosts, let all, let host, let reason):
            let who = all == 1 ? "the only live host refused it" : "\(hosts) of \(all) live hosts refused it"
            return "\(who) (\(host): \(reason))"
        }
    }
}
