import RolloutCore

/// Weighs what shows whether a baking release works: probes of the app's own route, and what the gateway answered for it.
struct BakeJudge: Hashable, Sendable {
    private let probe: ProbeSection
    private let start: AnswerCounts
    private var failures = 0

    /// - Parameter start: the counts when the bake began.
    init(probe: ProbeSection, start: AnswerCounts) {
        self.probe = probe
        self.start = start
    }

    /// What is wrong once enough shows it; `nil` while nothing does.
    /// - Parameter failure: why the newest probe failed; `nil`: it passed.
    mutating func judge(_ failure: String?, answers: AnswerCounts) -> String? {
        if let failure {
            failures += 1
            if failures >= probe.failures { return "\(failures) probes in a row failed, the last one: \(failure)" }
        } else {
            failures = 0
        }
        let (total, errors) = (answers.total &- start.total, answers.errors &- start.errors)
        guard total >= UInt64(probe.errorMinimum), errors * 100 >= total * UInt64(probe.errorPercent) else { return nil }
        return "\(errors) of \(total) answers while it baked were errors (5xx)."
    }
}
