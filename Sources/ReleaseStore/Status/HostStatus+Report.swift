import RolloutCore

extension HostStatus {
    /// What of it concerns a rollout.
    package var report: HostReport {
        var report = HostReport(host: host, app: app, channel: channel, labels: labels ?? [:], updated: updated)
        report.labels["kind"] = kind
        report.serving = serving
        report.servingSince = servingSince
        report.attempting = attempting
        report.isReady = health == .ready
        report.isStopping = health == .stopping
        report.acceptedSequence = acceptedSequence
        report.acceptedDigest = acceptedDigest
        report.refused = refused
        report.evidence = evidence
        report.began = began
        report.leaseUntil = leaseUntil
        return report
    }
}

extension StatusBoard {
    /// What every host says, for whoever coordinates. One that cannot be read is among them, as unreadable.
    ///
    /// - Parameter now: what is reported of hosts that cannot be read is dated so.
    package func reports(at now: Instant) throws(StoreError) -> [HostReport] { reports(of: try all(), at: now) }

    /// The same of what was read before.
    package func reports(of entries: [Entry], at now: Instant) -> [HostReport] {
        var reports: [HostReport] = []
        for entry in entries {
            switch entry.status {
            case .success(let status): reports.append(status.report)
            case .failure(let error):
                if let report = unreadable(entry.name, error.reason, at: now) { reports.append(report) }
            }
        }
        return reports
    }

    /// `nil` for a name that no host can have: it is no host's.
    func unreadable(_ name: String, _ reason: String, at now: Instant) -> HostReport? {
        guard let host = HostID(name), let app else { return nil }
        var report = HostReport(host: host, app: app, channel: "unknown", updated: now)
        report.unreadable = reason
        return report
    }
}
