import ReleaseStore
import RolloutCore

/// How a release goes through a fleet: what stands in its record, and which hosts that means now.
struct PlanOutline: Encodable, Hashable, Sendable {
    struct Wave: Encodable, Hashable, Sendable {
        /// From 1.
        var wave: Int
        /// Hosts with a rank below this share of all ranks are let in.
        var ranks: String
        var group: String?
        var bake: String
        var needsApproval: Bool
        /// Hosts that report now and that it lets in first.
        var hosts: [HostID]
    }

    /// Of the named plan; `nil` when it was made by options, or is not known.
    var name: String?
    var waves: [Wave]
    var maxFailures: Int
    var maxUnavailable: Share
    var patience: String
    var lostAfter: String?
    var evidence: String?
    /// What a person may not expect of it: sentences.
    var notes: [String] = []

    /// - Parameters:
    ///   - id: of the rollout, from which the hosts' ranks are drawn.
    ///   - hosts: of the channel, those that are there.
    init(_ plan: RolloutPlan, name: String? = nil, id: UInt64, hosts: [HostReport]) {
        self.name = name
        self.maxFailures = plan.maxFailures
        self.maxUnavailable = plan.maxUnavailable
        self.patience = plan.patience.text
        self.lostAfter = plan.lostAfter?.text
        self.evidence = plan.evidence?.description
        self.waves = plan.waves.enumerated().map { index, wave in
            Wave(
                wave: index + 1, ranks: Share(unchecked: wave.size.millionths).description, group: wave.group?.description,
                bake: wave.bake.text, needsApproval: wave.needsApproval, hosts: [])
        }
        for host in hosts.sorted(by: { $0.host < $1.host }) {
            guard let wave = plan.firstWave(admitting: host, id: id) else { continue }
            waves[wave].hosts.append(host.host)
        }
    }

    /// The plan of what was published, or would be; `nil` when there is nothing to wait for.
    ///
    /// - Parameter asked: what it was made of.
    init?(
        _ outcome: PublishOutcome, asked: (name: String?, plan: PlanTemplate), of app: AppName, on channel: ChannelName,
        _ volume: Volume
    ) throws(StoreError) {
        guard outcome.rollout != nil else { return nil }
        let now = CommandHost.now
        let hosts = try StatusBoard(volume, app: app).reports(at: now).filter {
            $0.channel == channel && !outcome.pinned.contains($0.host) && $0.isThere(at: now)
        }
        self.init(outcome.plan, name: asked.name, id: outcome.next, hosts: hosts)
        self.notes = notes(of: outcome.plan, asked: asked.plan, hosts: hosts)
    }

    private func notes(of plan: RolloutPlan, asked: PlanTemplate, hosts: [HostReport]) -> [String] {
        guard !hosts.isEmpty else {
            return ["No host reports on this channel: each wave is a share of the hosts that may come."]
        }
        var notes: [String] = []
        let left = asked.waves.count - plan.waves.count
        if left > 0 {
            notes.append(
                "\(left) of the \(asked.waves.count) waves would let nobody in after those before, with \(hosts.count.hosts), and "
                    + (left == 1 ? "is left out." : "are left out."))
        }
        for (index, wave) in plan.waves.enumerated() {
            guard let group = wave.group, !hosts.contains(where: { group.matches($0.labels) }) else { continue }
            notes.append("No host that reports has \(group): wave \(index + 1) lets nobody in.")
        }
        return notes
    }

    /// Says it in a list of facts.
    func add(to facts: inout FactList) {
        if let name { facts.add("  plan", name) }
        for wave in waves { facts.add("  wave \(wave.wave)", wave.text) }
        facts.add("  limits", limits)
        facts.add("  evidence", evidence ?? "none asked for")
        facts.add("  note", each: notes)
    }

    /// `1 host may fail, 25% may be unavailable, 10m until a host counts as such`.
    var limits: String {
        let failures = maxFailures == 1 ? "1 host may fail" : "\(maxFailures) hosts may fail"
        let lost = lostAfter.map { ", a silent one has failed after \($0)" } ?? ""
        return "\(failures), \(maxUnavailable) may be unavailable, \(patience) until a host counts as such\(lost)"
    }
}

extension PlanOutline.Wave {
    /// `2 hosts (web-1, web-3), then 2m; needs approval`.
    var text: String {
        let shown = hosts.prefix(5).map(\.description).joined(separator: ", ")
        let names = hosts.isEmpty ? "" : " (\(shown)\(hosts.count > 5 ? ", …" : ""))"
        var text = "\(hosts.count.hosts)\(names)"
        if let group { text += " with \(group)" }
        if bake != Duration.zero.text { text += ", bake \(bake)" }
        if needsApproval { text += ", after approval" }
        return text
    }
}

extension Int {
    /// `1 host`, `2 hosts`.
    var hosts: String { self == 1 ? "1 host" : "\(self) hosts" }
}

extension RolloutPlan {
    /// The first wave that lets a host in, from 0. The last one lets everybody in.
    func firstWave(admitting report: HostReport, id: UInt64) -> Int? {
        let rank = hostRank(of: report.host, inRollout: id)
        return waves.firstIndex { $0.admits(rank: rank, labels: report.labels) }
    }
}
