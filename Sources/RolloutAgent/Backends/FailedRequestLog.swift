import Logging
import RolloutCore
import Runtimes
import Synchronization

/// Writes why a backend failed requests: the first of each kind at once, and then no more than one in `pause`, with how many there
/// were since.
final class FailedRequestLog: Sendable {
    private struct Silence {
        var end: ContinuousClock.Instant
        var requests = 0
    }

    private let backend: BackendID
    private let pause: Duration
    private let logger: Logger
    private let silences = Mutex<[WagiDefect.Kind: Silence]>([:])

    init(_ backend: BackendID, pause: Duration = .seconds(60), logger: Logger) {
        self.backend = backend
        self.pause = pause
        self.logger = logger
    }

    func note(_ failure: FailedRequest, at now: ContinuousClock.Instant = .now) {
        let kind = failure.defect.kind
        let requests: Int? = silences.withLock { silences in
            let requests = (silences[kind]?.requests ?? 0) + 1
            if let end = silences[kind]?.end, now < end {
                silences[kind]?.requests = requests
                return nil
            }
            silences[kind] = Silence(end: now + pause)
            return requests
        }
        guard let requests else { return }
        logger.warning(
            "Requests failed in the embedded host",
            metadata: [
                "backend": "\(backend)", "component": "\(failure.component)", "kind": "\(kind.rawValue)",
                "reason": "\(failure.defect.reason)", "requests": "\(requests)",
            ])
    }
}
