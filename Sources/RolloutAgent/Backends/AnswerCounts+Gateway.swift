import Gateway
import RolloutCore

extension AnswerCounts {
    /// Informational responses are not answers, and a response that broke off is an error like a 5xx.
    init(_ metrics: GatewayMetrics, release: Digest) {
        guard let counters = metrics.releases[release] else { return }
        self.total = counters.responses.dropFirst().reduce(0, +) + counters.broken
        self.errors = (counters.responses.last ?? 0) + counters.broken
    }
}
