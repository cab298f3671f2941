import ReleaseStore
import RolloutCore

/// An open rollout, wave by wave, and what a coordinator that looked at the same log and statuses would make of it.
struct RolloutStatus: Encodable, Sendable {
    struct Host: Encodable, Hashable, Sendable {
        var host: HostID
        /// `serving`, `moving`, `waiting`, `joining`, `away`, `failed` or `unavailable`.
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
    /// What the gateways' numbers must show; `nil`: they are not asked.
    var evidence: String?
    var verdict: CoordinatorDecision.Verdict
    var reason: String
    /// When time alone may change that.
    var until: Instant?
    /// Who holds the lease; `nil`: nobody coordinates just now.
    var coordinator: Coordinator?
    /// What a person can do about that; `nil` when time or the hosts will.
    var advice: String?
    /// The newest record that moved it on or stopped it, and what that did in words; `nil`: none since it began, or it is not known.
    var lastStep: RecordNote?
    var lastChange: String?

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
        self.evidence = rollout.plan.evidence?.description
        self.verdict = decision.verdict
        self.reason = decision.reason
        self.until = decision.until
        self.advice = decision.verdict.advice(rollout.plan.evidence)
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

    /// Adds what was last done to it.
    mutating func note(_ history: RecordHistory, on channel: ChannelName, newest: UInt64) {
        let step = history.newest(from: newest, downTo: id + 1) { record in
            switch record.change {
            case .openWave(channel, _), .approve(channel, _), .hold(channel), .resume(channel): true
            default: false
            }
        }
        lastStep = step.map(RecordNote.init)
        lastChange = step?.change.sentence(version: nil)
    }

    /// `nil` for a host that has no part in it.
    func standing(of host: HostID) -> String? {
        waves.lazy.flatMap(\.hosts).first { $0.host == host }?.standing
    }

    /// `wave 2 of 4`, or `no wave of 4` while the first waits for approval.
    var position: String { openWave == 0 ? "no wave of \(waves.count)" : "wave \(openWave) of \(waves.count)" }
    var headline: String {
        openWave == 0 ? "No wave of \(waves.count) is open yet." : "Wave \(openWave) of \(waves.count) is open."
    }

    /// What tells one step from the next: `wave 2 of 4 (bake)`.
    var stage: String { "\(position) (\(verdict.rawValue))" }

    /// One line a wave, then what happens next and who sees to it.
    ///
    /// - Parameter told: a record that was told of already.
    func add(to facts: inout FactList, now: Instant, told: RecordNote?) {
        facts.add("    rollout", "began \(began.age(at: now)) ago (record \(id))")
        facts.add("    limits", limits)
        facts.add("    evidence", evidence ?? "none asked for")
        for wave in waves { facts.add("    wave \(wave.wave)", wave.text) }
        if let lastStep, let lastChange, lastStep != told { facts.add("    last step", "\(lastChange), \(lastStep.text)") }
        facts.add("    next", [reason, advice].compactMap { $0 }.joined(separator: " "))
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
            ("unavailable", "unavailable"), ("away", "away since before it began"), ("waiting", "waiting"),
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

extension CoordinatorDecision.Verdict {
    /// What a person can do when a rollout stands so.
    fileprivate func advice(_ evidence: EvidencePolicy?) -> String? {
        switch self {
        case .held: return "`wasmrollout resume` ends the hold."
        case .frozen: return "`wasmrollout freeze lift` ends it sooner."
        case .approval: return "`wasmrollout approve` gives it."
        case .stuck: return "Publish a good release."
        case .unavailable, .quorum:
            return "`wasmrollout why HOST` tells more; `wasmrollout promote` goes on by hand, `wasmrollout rollback` back."
        case .insufficientData:
            let policy = evidence?.insufficient.rawValue ?? ""
            return "Its plan waits for that (insufficient=\(policy)); `wasmrollout promote` goes on without."
        case .idle, .rollBack, .arrival, .bake, .openWave, .promote: return nil
        }
    }
}
