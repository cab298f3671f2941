/// An open rollout as the hosts' reports show it, at one moment.
package struct RolloutView: Sendable {
    package struct Member: Hashable, Sendable {
        package var report: HostReport
        /// Whether an open wave lets it in.
        package var isAdmitted: Bool
        package var standing: HostStanding
    }

    package let channel: ChannelName
    package let state: ChannelState
    package let rollout: OpenRollout
    package let now: Instant
    /// By host, the hosts outside left out.
    package private(set) var members: [Member] = []

    private let head: AcceptedHead
    private let doubts: [StatusDoubt]
    /// Whether the reports were read for long enough without a gap for silence to be the host's own.
    private let knowsSilence: Bool

    /// - Parameters:
    ///   - head: the newest record, as the coordinator has accepted it.
    ///   - rank: a host's, in the rollout with this id.
    init?(
        of channel: ChannelName, head: AcceptedHead, app: AppName, hosts: [HostReport], now: Instant, watched: Duration,
        doubts: [StatusDoubt], rank: (HostID, UInt64) -> Int
    ) {
        guard let state = head.state.channels[channel], let rollout = state.rollout else { return nil }
        self.channel = channel
        self.state = state
        self.rollout = rollout
        self.now = now
        self.head = head
        self.doubts = doubts
        self.knowsSilence = watched > HostReport.freshness
        for report in hosts where report.app == app && (report.channel == channel || report.unreadable != nil) {
            let rank = rank(report.host, rollout.id)
            // The labels of a host that cannot be read are not known: it may be of any group.
            let isAdmitted =
                report.unreadable == nil
                ? rollout.admits(rank: rank, labels: report.labels)
                : rollout.plan.waves.prefix((rollout.openWave ?? -1) + 1).contains { $0.size.admits(rank: rank) }
            let standing = standing(of: report, isAdmitted: isAdmitted)
            if standing != .outside { members.append(Member(report: report, isAdmitted: isAdmitted, standing: standing)) }
        }
        members.sort { $0.report.host < $1.report.host }
        judgePool()
    }

    /// Hosts with few requests are judged together. When that speaks against the release, those of them failed that have errors.
    private mutating func judgePool() {
        guard let policy = rollout.plan.evidence, case .bad(let complaint) = policy.judge(pool: pool, of: target.release) else {
            return
        }
        for index in members.indices {
            guard case .serving = members[index].standing, let evidence = members[index].report.evidence,
                policy.judge(evidence, of: target.release) == .insufficient, evidence.current.errors > 0
            else { continue }
            members[index].standing = .failed("\(evidence.current.errors) errors there, and over all such hosts \(complaint)")
        }
    }

    private var pool: [HostEvidence] { serving.compactMap(\.report.evidence) }

    private var target: Target { Target(release: state.target, decision: state.decision) }

    private func standing(of report: HostReport, isAdmitted: Bool) -> HostStanding {
        if head.state.pins[report.host] != nil { return .outside }
        let refusal = report.refused.first { $0.release == target.release && $0.decision == target.decision }
        if let reason = report.unreadable {
            // It may be between two writes. One that stays so must not block for ever: see `ReportMemory`.
            if now - report.updated <= HostReport.freshness { return isAdmitted ? .moving : .waiting }
            return .unavailable("its status cannot be read: \(reason.withoutStop)")
        }
        if isAdmitted, isLost(report) { return .failed("took it and is silent since \(report.updated)") }
        if isAdmitted, let refusal { return .failed("refused it: \(refusal.reason.withoutStop)") }
        if hasLeft(report) { return .outside }
        if report.leaseUntil == nil, report.updated < rollout.began, report.silence(at: now) > HostReport.freshness {
            return .away
        }
        // It blocks nobody: it may not run again before its next request, or never.
        let isFleeting = report.leaseUntil != nil
        for doubt in doubts where !(isFleeting && doubt == .silence) {
            guard let complaint = doubt.complaint(about: report, head: head, now: now) else { continue }
            return isFleeting ? .joining : .unavailable(complaint)
        }
        guard isAdmitted else {
            if report.isReady { return .waiting }
            return isNew(report) || isFleeting ? .joining : .unavailable("no backend is ready")
        }
        if report.serving == target, report.isReady { return judgeServing(report) }
        if isFleeting { return .joining }
        let start = max(rollout.since, report.began ?? rollout.since)
        if now - start > rollout.plan.patience { return .unavailable("not there after \(rollout.plan.patience.text)") }
        return isNew(report) ? .joining : .moving
    }

    private func judgeServing(_ report: HostReport) -> HostStanding {
        if case .bad(let complaint) = rollout.plan.evidence?.judge(report.evidence, of: target.release) {
            return .failed(complaint)
        }
        return .serving(since: max(report.servingSince ?? rollout.began, rollout.began))
    }

    /// It has said so, its lease is over, or it went silent long ago, before the rollout began.
    private func hasLeft(_ report: HostReport) -> Bool {
        if report.isStopping { return true }
        if let lease = report.leaseUntil { return lease <= now }
        return report.updated < rollout.began && report.silence(at: now) > HostReport.absence
    }

    /// Whether it took the release and then, before that had baked, went silent for as long as the plan waits for a word.
    private func isLost(_ report: HostReport) -> Bool {
        guard let limit = rollout.plan.lostAfter, knowsSilence, !report.isStopping, report.leaseUntil == nil,
            hasTaken(report), report.silence(at: now) > limit
        else { return false }
        guard report.serving == target, let since = report.servingSince else { return true }
        return report.updated - since < (wave?.bake ?? .zero)
    }

    private func hasTaken(_ report: HostReport) -> Bool { [report.serving, report.attempting].contains(target) }

    /// Whether it began after the newest wave opened: then it falls in place, and nobody waits for it.
    private func isNew(_ report: HostReport) -> Bool {
        guard let began = report.began else { return false }
        return began > rollout.since && now - began <= rollout.plan.patience
    }
}

// MARK: What the coordinator asks
extension RolloutView {
    var failures: [(host: HostID, reason: String)] {
        members.compactMap { if case .failed(let reason) = $0.standing { ($0.report.host, reason) } else { nil } }
    }

    /// Also those that failed with it and are silent.
    var unavailable: [(host: HostID, reason: String)] {
        members.compactMap { member in
            switch member.standing {
            case .unavailable(let reason): (member.report.host, reason)
            case .failed where member.report.leaseUntil == nil && member.report.silence(at: now) > HostReport.freshness:
                (member.report.host, "silent since \(member.report.updated)")
            default: nil
            }
        }
    }

    /// What a record would be dated now: by a clock that is behind, still not before the record it follows.
    var recordTime: Instant { max(now, head.time) }

    /// Hosts that took the release and cannot be counted on since: silent, or not there for longer than the plan has patience.
    var lost: [(host: HostID, reason: String)] {
        members.compactMap { member in
            guard member.isAdmitted, case .unavailable(let reason) = member.standing, hasTaken(member.report) else {
                return nil
            }
            return (member.report.host, reason)
        }
    }

    /// Newcomers that an open wave lets in, and that are about to come up.
    var joining: [HostID] {
        members.filter { $0.isAdmitted && $0.standing == .joining && $0.report.leaseUntil == nil }.map(\.report.host)
    }

    /// Hosts that an open wave lets in, and that went silent shortly before the rollout began.
    var away: [(host: HostID, since: Instant)] {
        members.filter { $0.isAdmitted && $0.standing == .away }.map { ($0.report.host, $0.report.updated) }
    }

    var moving: [HostID] { members.filter { $0.standing == .moving }.map(\.report.host) }

    var serving: [(report: HostReport, since: Instant)] {
        members.compactMap { if case .serving(let since) = $0.standing { ($0.report, since) } else { nil } }
    }

    /// How many hosts count, up or not.
    var fleet: Int { members.count { $0.standing.counts } }

    /// How many hosts count that an open wave lets in.
    var admitted: Int { members.count { $0.isAdmitted && $0.standing.counts } }

    /// Hosts whose bake is waited for. Newcomers need not bake where others did; but one that began anew is no proof alone.
    private var bakers: [(report: HostReport, since: Instant)] {
        let lasting = serving.filter { $0.report.leaseUntil == nil }
        let settled = lasting.filter { !isNew($0.report) }
        return settled.isEmpty ? lasting : settled
    }

    /// Since when the last of the hosts serves that must bake; `nil` when there is none.
    var bakeBegan: Instant? { bakers.map(\.since).max() }

    /// Hosts that have not yet said, after their bake, that they still serve.
    func baking(for bake: Duration) -> [HostID] {
        bakers.filter { min($0.report.updated, now) - $0.since < bake }.map(\.report.host)
    }

    /// What the numbers say about all hosts that serve; `nil` when they are not asked.
    var evidence: EvidenceVerdict? {
        guard let policy = rollout.plan.evidence else { return nil }
        let reports = serving.map(\.report)
        // One host never speaks for the others.
        let good = reports.count { policy.judge($0.evidence, of: target.release) == .good }
        if !reports.isEmpty, 2 * good >= reports.count { return .good }
        return policy.judge(pool: pool, of: target.release)
    }

    /// Whether most hosts that serve had their probes answered.
    var probesSuffice: Bool {
        let reports = serving.map(\.report)
        let good = reports.count { $0.evidence?.current.release == target.release && $0.evidence?.probesSuffice ?? false }
        return !reports.isEmpty && 2 * good >= reports.count
    }

    /// Requests and errors of the release, over all hosts that serve it.
    var answers: (requests: UInt64, errors: UInt64) {
        var (requests, errors): (UInt64, UInt64) = (0, 0)
        for (report, _) in serving {
            guard let sample = report.evidence?.current, sample.release == target.release else { continue }
            requests = requests.addingReportingOverflow(sample.requests).partialValue
            errors = errors.addingReportingOverflow(sample.errors).partialValue
        }
        return (requests, errors)
    }
}

extension String {
    var withoutStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
