import ReleaseStore
import RolloutCore

/// An open rollout, wave by wave, and what a coordinator that looked at the same log and statuses would make of it.
struct RolloutStatus: Encodable, Sendable {
    struct Host: Encodable, Hashable, Sendable {
        var host: HostID
        /// `serving`, `moving`, `waiting`, `joining`, `failed` or `unavailable`.
        var standing: String
        var since: Instant?
        var reason: String?
    }

    struct Wave: Encodable, Hashable, Sendable {
        /// From 1.
        var wave: Int
        var group: String?
        var bake: String
        var isOpen: Bool
        var needsApproval: Bool
        var isApproved: Bool
        /// Those that it lets in first.
        var hosts: [Host] = []
        /// Answers of the release on those that serve it, as their gateways counted.
        var requests: UInt64 = 0
        var errors: UInt64 = 0
    }

    struct Coordinator: Encodable, Hashable, Sendable {
        var host: HostID
        var until: Instant
    }

    /// The record that opened it.
    var id: UInt64
    var began: Instant
    /// When the newest wave opened.
    var since: Instant
    /// The newest open wave, from 1; 0 while the first waits for approval.
    var openWave: Int
    var waves: [Wave]
    var limits: String
    var verdict: CoordinatorDecision.Verdict
    var reason: String
    /// When time alone may change that.
    var until: Instant?
    /// Who holds the lease; `nil`: nobody coordinates just now.
    var coordinator: Coordinator?

    /// `nil` when no rollout is open on the channel.
    init?(
        _ channel: ChannelName, head: AcceptedHead, app: AppName, reports: [HostReport], lease: CoordinatorLease?,
        labels: ReleaseLabels, now: Instant
    ) {
        let judge = RolloutCore.Coordinator(app: app)
        func rank(_ host: HostID, _ id: UInt64) -> Int { hostRank(of: host, inRollout: id) }
        guard let view = judge.view(of: channel, head: head, hosts: reports, now: now, rank: rank) else { return nil }
        let rollout = view.rollout
        let decision = judge.decide(channel, head: head, hosts: reports, now: now, rank: rank)
        self.id = rollout.id
        self.began = rollout.began
        self.since = rollout.since
        self.openWave = (rollout.openWave ?? -1) + 1
        self.limits = PlanOutline(rollout.plan, id: rollout.id, hosts: []).limits
        self.verdict = decision.verdict
        self.reason = decision.reason
        self.until = decision.until
        self.coordinator = lease.flatMap { now < $0.until ? Coordinator(host: $0.holder, until: $0.until) : nil }
        self.waves = rollout.plan.waves.enumerated().map { index, wave in
            Wave(
                wave: index + 1, group: wave.group?.description, bake: wave.bake.text,
                isOpen: rollout.openWave.map { index <= $0 } ?? false, needsApproval: wave.needsApproval,
                isApproved: rollout.approved.contains(index))
        }
        for member in view.members {
            guard let wave = rollout.plan.firstWave(admitting: member.report, id: rollout.id) else { continue }
            waves[wave].add(member, release: view.state.target)
        }
    }

    /// What tells one step from the next: `wave 2 of 4, bake`.
    var stage: String { "wave \(openWave) of \(waves.count) (\(verdict.rawValue))" }

    /// One line a wave, then what happens next and who sees to it.
    func add(to facts: inout FactList, now: Instant) {
        facts.add("    rollout", "began \(began.age(at: now)) ago (record \(id)); \(limits)")
        for wave in waves { facts.add("    wave \(wave.wave)", wave.text) }
        facts.add("    next", reason)
        let nobody = "nobody just now: an agent with [coordinator] takes it over, or `wasmrollout promote` goes on by hand"
        facts.add("    coordinator", coordinator.map(\.host.description) ?? nobody)
    }
}

extension RolloutStatus.Wave {
    mutating func add(_ member: RolloutView.Member, release: Digest) {
        var host = RolloutStatus.Host(host: member.report.host, standing: "outside")
        switch member.standing {
        case .outside: return
        case .away: host.standing = "away"
        case .waiting: host.standing = "waiting"
        case .joining: host.standing = "joining"
        case .moving: host.standing = "moving"
        case .serving(let since):
            host.standing = "serving"
            host.since = since
            if let sample = member.report.evidence?.current, sample.release == release {
                requests = requests.addingReportingOverflow(sample.requests).partialValue
                errors = errors.addingReportingOverflow(sample.errors).partialValue
            }
        case .failed(let reason):
            host.standing = "failed"
            host.reason = reason
        case .unavailable(let reason):
            host.standing = "unavailable"
            host.reason = reason
        }
        hosts.append(host)
    }

    /// `open, 2 hosts: 1 serves it (web-1), 1 moves to it (web-2); 230 answers, 0 errors`.
    var text: String {
        var text = isOpen ? "open" : needsApproval ? isApproved ? "approved, not open" : "NEEDS APPROVAL" : "not open"
        text += ", \(hosts.count.hosts)"
        if let group { text += " with \(group)" }
        let words = [
            ("serving", "serving it"), ("moving", "moving to it"), ("joining", "starting"), ("failed", "FAILED"),
            ("unavailable", "unavailable"), ("away", "away since before it began"),
        ]
        let parts = words.compactMap { standing, words -> String? in
            let found = hosts.filter { $0.standing == standing }
            guard !found.isEmpty else { return nil }
            let names = found.prefix(5).map { $0.host.description + ($0.reason.map { " \($0)" } ?? "") }
            return "\(found.count) \(words) (\(names.joined(separator: ", "))\(found.count > 5 ? ", …" : ""))"
        }
        if !parts.isEmpty { text += ": " + parts.joined(separator: ", ") }
        if requests > 0 { text += "; \(requests) answers, \(errors) errors" }
        return text
    }
}
