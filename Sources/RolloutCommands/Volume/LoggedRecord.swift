import ReleaseStore
import RolloutCore

/// What `log` shows.
struct LoggedRecords: Renderable {
    var app: AppName
    var records: [LoggedRecord]
    /// Numbers under which there is no record.
    var damaged: [DamagedRecord] = []

    var text: String {
        if records.isEmpty, damaged.isEmpty { return "The log of app '\(app)' is empty." }
        let lines =
            records.map { ($0.sequence, $0.text) } + damaged.map { ($0.sequence, "\($0.sequence)  \($0.words)".printable) }
        return lines.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: "\n")
    }
}

/// One record of the log, for people and scripts.
struct LoggedRecord: Renderable {
    var sequence: UInt64
    var digest: Digest
    var time: Instant
    var who: String
    var message: String
    var change: Change
    var version: String?
    /// How many signatures its envelope has.
    var signatures: Int
    /// The names of the trusted keys among them; `nil` when no trust policy was given.
    var signedBy: [String]?

    init(_ stored: ReleaseLog.StoredRecord, labels: ReleaseLabels, policy: TrustPolicy?) {
        let record = stored.entry.record
        self.sequence = record.sequence
        self.digest = stored.entry.digest
        self.time = record.time
        self.who = record.who
        self.message = record.message
        self.change = record.change
        self.version = record.change.release.flatMap { labels.version(of: $0) }
        self.signatures = stored.envelope.signatures.count
        self.signedBy = policy.map { policy in
            Set(policy.keys.filter { stored.entry.signers.contains($0.publicKey) }.map(\.name)).sorted()
        }
    }

    var text: String {
        var line = "\(sequence)  \(time)  \(change.sentence(version: version))  by \(who) (\(signature))".printable
        if let plan = change.plan, !plan.isImmediate { line += "\n     plan: \(plan.words)" }
        if !message.isEmpty { line += "\n     " + message.printable }
        return line
    }

    private var signature: String {
        if let signedBy { return signedBy.isEmpty ? "no trusted signature" : "signed by \(signedBy.joined(separator: ", "))" }
        return switch signatures {
        case 0: "unsigned"
        case 1: "1 signature"
        default: "\(signatures) signatures"
        }
    }
}

extension Change {
    /// What the change is, in a line: `release 9f86d081884c (1.4.2) to stable`.
    func sentence(version: String?) -> String {
        func name(_ release: Digest) -> String { ReleaseName(release: release, version: version).text }
        return switch self {
        case .release(let channel, let release, let plan):
            "release \(name(release)) to \(channel)" + (plan.waves.count > 1 ? " in \(plan.waves.count) waves" : "")
        case .move(let from, let to, let release, let plan):
            "promote \(name(release)) from \(from) to \(to)"
                + (plan.waves.count > 1 ? " in \(plan.waves.count) waves" : "")
        case .approve(let channel, let wave): "approve wave \(wave + 1) of \(channel)"
        case .freeze(let channel, let windows):
            windows.isEmpty
                ? "lift the freeze of \(channel)" : "freeze \(channel): \(windows.map(\.description).joined(separator: ", "))"
        case .openWave(let channel, let wave): "open wave \(wave + 1) of \(channel)"
        case .promote(let channel): "promote \(channel)"
        case .hold(let channel): "hold \(channel)"
        case .resume(let channel): "resume \(channel)"
        case .rollBack(let channel, let release): "roll \(channel) back to \(name(release))"
        case .quarantine(let release): "quarantine \(name(release))"
        case .liftQuarantine(let release): "lift the quarantine of \(name(release))"
        case .pin(let host, let release): "pin \(host) to \(name(release))"
        case .unpin(let host): "unpin \(host)"
        }
    }
}

extension Change {
    /// Of what releases something.
    fileprivate var plan: RolloutPlan? {
        switch self {
        case .release(_, _, let plan), .move(_, _, _, let plan): plan
        default: nil
        }
    }
}

extension RolloutPlan {
    /// `4 waves, bake 2m, 1 host may fail, …`.
    var words: String {
        let outline = PlanOutline(self, id: 0, hosts: [])
        let bakes =
            Set(outline.waves.map(\.bake)).count == 1
            ? outline.waves[0].bake : outline.waves.map(\.bake).joined(separator: ", ")
        let approvals = outline.waves.filter(\.needsApproval).map { "\($0.wave)" }
        let approval = approvals.isEmpty ? "" : "wave \(approvals.joined(separator: ", ")) after approval, "
        return "\(waves.count == 1 ? "1 wave" : "\(waves.count) waves"), bake \(bakes), \(approval)\(outline.limits)"
            + (outline.evidence.map { "; evidence \($0)" } ?? "; no evidence asked for")
    }
}
