import Gateway
import RolloutCore

extension AnswerCounts {
    /// Informational responses are not answers. No answer, and one that broke off, are errors like a 5xx; that a client left says
    /// nothing about the release.
    init(_ metrics: GatewayMetrics, release: Digest) {
        guard let counters = metrics.releases[release] else { return }
        self.total = counters.answers
        self.errors = counters.errors
    }
}
