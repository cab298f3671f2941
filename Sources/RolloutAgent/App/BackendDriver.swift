import RolloutCore

/// What carries out a deployment's actions on backends: our own runtimes behind the gateway, or something that somebody else runs.
protocol BackendDriver: Sendable {
    /// Brings the release up and probes it. Returns once it is ready, or says in words why it never will be; then nothing of it
    /// is left. Cancellation ends it the same way.
    func start(_ backend: BackendID, from copy: LocalCopy) async throws(BackendFailure)
    /// Returns how it ended, once it has; never for what is not ours.
    func exited(_ backend: BackendID) async -> String?
    /// Where a backend that is ready listens; `nil` when it is not ours.
    func address(of backend: BackendID) -> BackendAddress?
    /// Takes effect for the next request.
    func switchTraffic(to backend: BackendID?, fallback: BackendID?)
    /// Finishes what the backend has in flight, then stops it.
    func retire(_ backend: BackendID) async
    /// Stops it without waiting for requests.
    func kill(_ backend: BackendID) async
    /// The releases that a backend still runs from, be it one that only finishes its requests.
    var inUse: Set<Digest> { get }
    /// One probe of the application's own route; `nil` when it passed.
    func probe(_ backend: BackendID) async -> String?
    /// Answers the gateway gave for this release so far.
    func answers(of release: Digest) -> AnswerCounts
    /// Stops everything, after the requests in flight.
    func shutDown() async
}

/// Why a backend did not come up, in words.
struct BackendFailure: Error, Hashable, Sendable {
    var reason: String
    var cause: FailureCause = .release
}

/// Responses to clients.
struct AnswerCounts: Hashable, Sendable {
    var total: UInt64 = 0
    /// With a 5xx status, broken off, or missing.
    var errors: UInt64 = 0
}
