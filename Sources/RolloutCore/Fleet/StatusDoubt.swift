/// The reasons not to believe a status. A list, so that a test can leave out each, and show that it is needed.
package enum StatusDoubt: String, CaseIterable, Sendable {
    /// It is dated after now, or says that it has served since after now.
    case future
    /// It has not been written for too long.
    case silence
    /// It has accepted a record that does not exist, or another one under the same number.
    case otherLog

    /// What is doubtful about a report, in words; `nil` when nothing is.
    func complaint(about report: HostReport, head: AcceptedHead, now: Instant) -> String? {
        switch self {
        case .future:
            let latest = max(report.updated, report.servingSince ?? report.updated, report.began ?? report.updated)
            guard latest > now + HostReport.clockTolerance else { return nil }
            return "its clock is ahead: it speaks of \(latest)"
        case .silence:
            guard report.silence(at: now) > HostReport.freshness else { return nil }
            return "silent since \(report.updated)"
        case .otherLog:
            // One that is ahead of what the coordinator has seen is not judged either: the coordinator is about to see it, too.
            let isOther =
                report.acceptedSequence > head.sequence
                || report.acceptedSequence == head.sequence && report.acceptedDigest != head.digest
            return isOther ? "its record \(report.acceptedSequence) is not the coordinator's" : nil
        }
    }
}
